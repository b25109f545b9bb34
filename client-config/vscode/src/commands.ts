// The palette's commands: the server's own, run by it. Here they are only given what they need.

import * as vscode from "vscode";
import { askFor, type Schema } from "./arguments";
import table from "./commands.json";
import type { Connection, Result } from "./languageServer";
import { askForProject, NEW_PROJECT } from "./newProject";
import { Pages } from "./page";

const REQUEST_CANCELLED = -32800; // LSP's code, written here since the client's module is loaded only with the server

const COMMANDS: Record<string, { title: string; argument: Schema; where: string }> = table;

/** Whether a command may run in this folder: in one that is not trusted, only what leaves it alone. */
export function allowed(name: string): boolean {
  return vscode.workspace.isTrusted || COMMANDS[name]?.where === "anywhere";
}

export class Commands implements vscode.Disposable {
  private readonly registered = new Map<string, vscode.Disposable>();
  private readonly pages = new Pages();

  /** `start` starts the server if it does not run, and says whether it does then. */
  constructor(private readonly connection: () => Promise<Connection>, private readonly start: () => Promise<boolean>) {
    this.register(Object.keys(COMMANDS));
  }

  /** Those of a newer server, too, so that its fixes work. */
  register(names: string[]): void {
    for (const name of names) {
      if (this.registered.has(name)) continue;
      this.registered.set(name, vscode.commands.registerCommand(name, (given?: unknown) => this.run(name, given)));
    }
  }

  dispose(): void {
    for (const registration of [...this.registered.values(), this.pages.registration]) registration.dispose();
  }

  private async run(name: string, given: unknown): Promise<Result | undefined> {
    if (!allowed(name)) {
      const answer = await vscode.window.showWarningMessage(
        "CCDS changes nothing and runs no git command in a folder that you do not trust.", "Manage Trust",
      );
      if (answer) await vscode.commands.executeCommand("workbench.trust.manage");
      return undefined;
    }
    if (!(await this.start())) return undefined;
    try {
      const argument = await this.argument(name, given);
      if (!argument) return undefined;
      const result = await (await this.connection()).execute(name, argument);
      void tell(this.pages, result);
      return result;
    } catch (error) {
      void tellFailure(COMMANDS[name]?.title ?? name, error);
      return undefined;
    }
  }

  /** What a fix of the server brings, or what is asked for what a menu or the palette was opened on. */
  private async argument(name: string, given: unknown): Promise<object | undefined> {
    const target = targetOf(given);
    if (given && !target) return given;
    if (name === NEW_PROJECT) return askForProject(await this.connection(), target);
    const command = COMMANDS[name];
    return command ? askFor(command.title, command.argument, target) : {};
  }
}

/** The file that a menu was opened on: the explorer, an editor's title, a notebook's toolbar or source control. */
function targetOf(given: unknown): vscode.Uri | undefined {
  if (given instanceof vscode.Uri) return given;
  const item = given as { resourceUri?: unknown; notebookEditor?: { notebookUri?: unknown } } | undefined;
  const uri = item?.resourceUri ?? item?.notebookEditor?.notebookUri;
  return uri instanceof vscode.Uri ? uri : undefined;
}

async function tell(pages: Pages, { message, paths, undo, findings }: Result): Promise<void> {
  const [line, ...more] = message.trim().split("\n");
  if (!line) return; // There is nothing that the user does not see already.
  if (line.startsWith("#") || line.startsWith("|")) return pages.show(message);
  const folder = paths.length === 1 ? await newFolder(vscode.Uri.file(paths[0])) : undefined;
  const choices = [
    ...(folder ? ["Open Folder"] : []),
    ...(findings?.length ? ["Show Problems"] : []),
    ...(more.length ? ["Show All"] : []),
  ];
  const told = undo ? `${line} To undo it: ${undo}` : line;
  const show = findings?.length ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  const chosen = await show(told, ...choices);
  if (chosen === "Open Folder") await vscode.commands.executeCommand("vscode.openFolder", folder);
  if (chosen === "Show All") await pages.show(message);
  if (chosen === "Show Problems") await vscode.commands.executeCommand("workbench.actions.view.problems");
}

/** A folder that was made and is not what is open already. */
async function newFolder(uri: vscode.Uri): Promise<vscode.Uri | undefined> {
  try {
    if ((await vscode.workspace.fs.stat(uri)).type !== vscode.FileType.Directory) return undefined;
  } catch {
    return undefined; // The command removed it or moved it away.
  }
  const open = vscode.workspace.workspaceFolders ?? [];
  return open.some((folder) => folder.uri.toString() === uri.toString()) ? undefined : uri;
}

async function tellFailure(title: string, error: unknown): Promise<void> {
  const { message, code, data } = error as { message: string; code?: number; data?: { findings?: unknown[] } };
  if (code === REQUEST_CANCELLED) {
    void vscode.window.showInformationMessage(`Stopped: ${title.replace(/…$/, "")}.`);
    return;
  }
  const chosen = await vscode.window.showErrorMessage(message, ...(data?.findings?.length ? ["Show Problems"] : []));
  if (chosen) await vscode.commands.executeCommand("workbench.actions.view.problems");
}
