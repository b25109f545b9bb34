// Which of the server's fixes are offered, and the list of those in the commit box.

import * as vscode from "vscode";
import { allowed } from "./commands";

export type Fix = vscode.CodeAction | vscode.Command;

const CHOOSE = "ccds.client.chooseFix";
const COMMIT_BOX = "vscode-scm";

/** The fixes that may be carried out here. In a folder that is not trusted that is none that changes anything. */
export function offered(document: vscode.TextDocument, fixes: Fix[]): Fix[] {
  const possible = vscode.workspace.isTrusted ? fixes : fixes.filter(changesNothing);
  return document.uri.scheme === COMMIT_BOX && possible.length ? [list(possible)] : possible;
}

function changesNothing(fix: Fix): boolean {
  const command = commandOf(fix);
  return command !== undefined && allowed(command.command) && !("edit" in fix && fix.edit);
}

function commandOf(fix: Fix): vscode.Command | undefined {
  return typeof fix.command === "string" ? (fix as vscode.Command) : fix.command;
}

function isPreferred(fix: Fix): boolean {
  return "isPreferred" in fix && fix.isPreferred === true;
}

/** One fix that asks which one: the editor's own menu is no wider than the box, and cuts the titles off. */
function list(fixes: Fix[]): vscode.CodeAction {
  const action = new vscode.CodeAction("Fix…", vscode.CodeActionKind.QuickFix);
  action.command = { title: action.title, command: CHOOSE, arguments: [fixes] };
  return action;
}

export function registerChoosing(): vscode.Disposable {
  return vscode.commands.registerCommand(CHOOSE, async (fixes: Fix[]) => {
    const sorted = [...fixes].sort((one, other) => Number(isPreferred(other)) - Number(isPreferred(one)));
    const items = sorted.map((fix) => ({ label: fix.title, fix }));
    const picked = await vscode.window.showQuickPick(items, { title: "Fix the Coming Commit" });
    if (!picked) return;
    if ("edit" in picked.fix && picked.fix.edit && !(await vscode.workspace.applyEdit(picked.fix.edit))) {
      void vscode.window.showErrorMessage(`Nothing was changed: VS Code could not make the edit of '${picked.fix.title}'.`);
      return;
    }
    const command = commandOf(picked.fix);
    if (command) await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
  });
}
