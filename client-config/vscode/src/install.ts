// Installing the server into an environment of the extension's own, after asking.

import { spawn } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";
import { chosenPython, onPath, ownEnvironment, programs } from "./discover";

const DECLINED = "ccds.install.declined";

/** Ask whether to install, unless the user has said no before; `again` asks all the same. True when installed. */
export async function offer(
  context: vscode.ExtensionContext, log: vscode.LogOutputChannel, again: boolean,
): Promise<boolean> {
  if (context.globalState.get(DECLINED) && !again) return false;
  const folder = ownEnvironment(context);
  const answer = await vscode.window.showInformationMessage(
    `CCDS needs its language server, ccds-ls, which was found neither beside your Python nor on PATH. ` +
      `Install it with pip (this uses the network) into an environment of its own, ${folder}?`,
    "Install", "Choose a File…", "Not Now",
  );
  if (answer === "Install") return install(context, folder, log);
  if (answer === "Choose a File…") return choose();
  if (answer === "Not Now") await context.globalState.update(DECLINED, true);
  return false;
}

async function choose(): Promise<boolean> {
  const picked = await vscode.window.showOpenDialog({ title: "The program ccds-ls", openLabel: "Use This" });
  if (!picked?.[0]) return false;
  const settings = vscode.workspace.getConfiguration("ccds.server");
  await settings.update("path", picked[0].fsPath, vscode.ConfigurationTarget.Global);
  return true;
}

async function install(
  context: vscode.ExtensionContext, folder: string, log: vscode.LogOutputChannel,
): Promise<boolean> {
  const python = (vscode.workspace.isTrusted ? await chosenPython() : undefined) ?? (await anyPython());
  if (!python) {
    void vscode.window.showErrorMessage("No Python was found. Install Python 3.10 or newer, then try again.");
    return false;
  }
  const version = context.extension.packageJSON.version as string;
  const pip = ["-m", "pip", "install", "--disable-pip-version-check", `ccds-ls~=${version}`];
  const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title: "Installing ccds-ls" };
  try {
    await vscode.window.withProgress(options, async (progress, token) => {
      await mkdir(path.dirname(folder), { recursive: true });
      progress.report({ message: "making the environment" });
      await run(python, ["-m", "venv", "--clear", folder], log, token);
      progress.report({ message: "pip install" });
      await run(path.join(programs(folder), "python"), pip, log, token);
    });
    await context.globalState.update(DECLINED, undefined);
    return true;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (error instanceof vscode.CancellationError) return false;
    const told = `ccds-ls was not installed. ${error instanceof Error ? error.message : String(error)}`;
    const chosen = await vscode.window.showErrorMessage(told, "Try Again", "Show the Log");
    if (chosen === "Try Again") return install(context, folder, log);
    if (chosen) log.show();
    return false;
  }
}

async function anyPython(): Promise<string | undefined> {
  for (const name of ["python3", "python", "py"]) {
    const found = await onPath(name, "PATH");
    if (found) return found.program;
  }
  return undefined;
}

function run(
  program: string, args: string[], log: vscode.LogOutputChannel, token: vscode.CancellationToken,
): Promise<void> {
  log.info(`$ ${program} ${args.join(" ")}`);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    const stop = token.onCancellationRequested(() => child.kill());
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data: Buffer) => {
        said += data.toString();
        log.info(data.toString().trim());
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      stop.dispose();
      if (token.isCancellationRequested) reject(new vscode.CancellationError());
      else if (code === 0) resolve();
      else reject(new Error(reason(said) || `${program} ended with code ${code}.`));
    });
  });
}

/** Why Python or pip failed, and what helps, from what it printed. */
function reason(said: string): string {
  if (said.includes("ensurepip is not")) {
    return "Python can't make a virtual environment here. On Debian and Ubuntu: sudo apt install python3-venv";
  }
  if (said.includes("No matching distribution found")) {
    return "pip found none for this Python, which must be 3.10 or newer, or did not reach its index.";
  }
  return said.trim().split("\n").at(-1) ?? "";
}
