// Puts the parts together. What there is to know about projects, notebooks and commits is the server's.

import * as vscode from "vscode";
import { Commands } from "./commands";
import type { Connection } from "./languageServer";
import { pythonEnvironments } from "./discover";
import { offered, registerChoosing } from "./fixes";
import { offer } from "./install";
import { Status } from "./status";

let connected: Promise<Connection> | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("CCDS", { log: true });
  const status = new Status();
  const connection = () => (connected ??= load(context, status, log, (served) => commands.register(served), offered));
  const start = async (again: boolean) => startOrOffer(context, await connection(), log, again);
  const commands = new Commands(connection, () => start(true));
  context.subscriptions.push(
    log, status, commands, registerChoosing(),
    vscode.commands.registerCommand("ccds.client.restart", async () => report((await connection()).restart())),
    vscode.commands.registerCommand("ccds.client.install", async () => {
      if (!(await start(true))) return;
      void vscode.window.showInformationMessage(`The language server runs: ${(await connection()).origin}.`);
    }),
    vscode.commands.registerCommand("ccds.client.showLog", () => log.show()),
    vscode.commands.registerCommand("ccds.client.walkthrough", () =>
      vscode.commands.executeCommand("workbench.action.openWalkthrough", `${context.extension.id}#start`)),
    vscode.workspace.onDidGrantWorkspaceTrust(async () => report((await connection()).restartIfAnother())),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("ccds.server")) await report((await connection()).restart());
      else if (event.affectsConfiguration("ccds")) await (await connection()).settingsChanged();
    }),
  );
  // Not now: the editor counts what happens before its next turn as the time that it takes to start.
  setImmediate(async () => {
    await start(false);
    await followPython(context, await connection());
  });
}

/** The editor waits for this, so that the server has ended when it has. */
export async function deactivate(): Promise<void> {
  await (await connected)?.dispose();
}

async function load(...given: ConstructorParameters<typeof Connection>): Promise<Connection> {
  const { Connection } = await import("./languageServer");
  return new Connection(...given);
}

/** Start the server; where there is none, offer to install it. True when it runs. */
async function startOrOffer(
  context: vscode.ExtensionContext, connection: Connection, log: vscode.LogOutputChannel, again: boolean,
): Promise<boolean> {
  try {
    if (await connection.start()) return true;
  } catch (error) {
    tell(error);
    return false;
  }
  return (await offer(context, log, again)) && report(connection.start());
}

/** Another interpreter may have another server beside it. */
async function followPython(context: vscode.ExtensionContext, connection: Connection): Promise<void> {
  const environments = vscode.workspace.isTrusted ? await pythonEnvironments() : undefined;
  const again = environments?.onDidChangeActiveEnvironmentPath(() => report(connection.restartIfAnother()));
  if (again) context.subscriptions.push(again);
}

/** What went wrong is told to the user; false then. */
async function report(work: Promise<boolean>): Promise<boolean> {
  try {
    return await work;
  } catch (error) {
    tell(error);
    return false;
  }
}

function tell(error: unknown): void {
  const told = error instanceof Error ? error.message : String(error);
  void vscode.window.showErrorMessage(`CCDS: ${told}`, "Show the Log").then((shown) => {
    if (shown) void vscode.commands.executeCommand("ccds.client.showLog");
  });
}
