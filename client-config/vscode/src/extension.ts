// Puts the parts together. What there is to know about projects, notebooks and commits is the server's.

import * as vscode from "vscode";
import { Commands } from "./commands";
import { Connection } from "./connection";
import { pythonEnvironments } from "./discover";
import { offer } from "./install";
import { Status } from "./status";

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("CCDS", { log: true });
  const status = new Status();
  const connection = new Connection(context, status, log, (served) => commands.register(served));
  const start = (again: boolean) => startOrOffer(context, connection, log, again);
  const commands = new Commands(connection, () => start(true));
  context.subscriptions.push(
    log, status, connection, commands,
    vscode.commands.registerCommand("ccds.client.restart", () => report(connection.restart())),
    vscode.commands.registerCommand("ccds.client.install", () => start(true)),
    vscode.commands.registerCommand("ccds.client.showLog", () => log.show()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => report(connection.restartIfAnother())),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("ccds.server")) void report(connection.restart());
      else if (event.affectsConfiguration("ccds")) void connection.settingsChanged();
    }),
  );
  void start(false).then(() => followPython(context, connection));
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
