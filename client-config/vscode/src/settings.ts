// The settings that the user has set. Defaults stay with the server: sent, they would win over pyproject.toml.

import * as vscode from "vscode";

const OURS = /^ccds\.(?!server\.|trace\.)(.+)$/;

/** The names, below `ccds`, of the settings that are the server's. */
function names(context: vscode.ExtensionContext): string[] {
  const declared = context.extension.packageJSON.contributes.configuration.properties as Record<string, unknown>;
  return Object.keys(declared).flatMap((key) => OURS.exec(key)?.[1] ?? []);
}

/** What the user has set, with the workspace's before the user's own. */
export function explicit(context: vscode.ExtensionContext): Record<string, unknown> {
  const section = vscode.workspace.getConfiguration("ccds");
  const set: Record<string, unknown> = {};
  for (const name of names(context)) {
    const found = section.inspect(name);
    const value = found?.workspaceFolderValue ?? found?.workspaceValue ?? found?.globalValue;
    if (value !== undefined) set[name] = value;
  }
  return set;
}
