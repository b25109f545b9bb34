// Where the server is: the setting, the Python extension's interpreter, PATH, or an environment of our own.

import { constants } from "node:fs";
import { access } from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";

const windows = process.platform === "win32";

/** A server to start, and why it is this one. */
export interface Found {
  program: string;
  why: string;
}

/** What we use of the Python extension's interface. */
interface PythonEnvironments {
  getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
  resolveEnvironment(environment: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
  onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
}

/** The folder with the programs of a virtual environment. */
export function programs(environment: string): string {
  return path.join(environment, windows ? "Scripts" : "bin");
}

/** Where the environment of our own is, whether it exists or not. */
export function ownEnvironment(context: vscode.ExtensionContext): string {
  return path.join(context.globalStorageUri.fsPath, "server");
}

/** The first server that exists, or undefined. Throws when the setting names a file that can't be run. */
export async function discover(context: vscode.ExtensionContext): Promise<Found | undefined> {
  const set = vscode.workspace.getConfiguration("ccds.server").get<string>("path", "").trim();
  if (set) {
    const program = expandHome(set);
    if (await runs(program)) return { program, why: "the setting ccds.server.path" };
    throw new Error(`The setting ccds.server.path names ${program}, which is not a program that can be run.`);
  }
  return (
    (await besidePython()) ??
    (await onPath("ccds-ls", "PATH")) ??
    (await inFolder(programs(ownEnvironment(context)), "ccds-ls", "the extension's own environment"))
  );
}

function expandHome(given: string): string {
  const home = process.env[windows ? "USERPROFILE" : "HOME"];
  return given.startsWith("~") && home ? path.join(home, given.slice(1)) : given;
}

async function runs(program: string): Promise<boolean> {
  try {
    await access(program, constants.X_OK);
    return path.isAbsolute(program);
  } catch {
    return false;
  }
}

async function inFolder(folder: string, name: string, why: string): Promise<Found | undefined> {
  const program = path.join(folder, windows ? `${name}.exe` : name);
  return (await runs(program)) ? { program, why } : undefined;
}

/** A program on PATH. Folders that are not absolute would depend on where the editor was started. */
export async function onPath(name: string, why: string): Promise<Found | undefined> {
  for (const folder of (process.env.PATH ?? "").split(path.delimiter).filter(path.isAbsolute)) {
    const found = await inFolder(folder, name, why);
    if (found) return found;
  }
  return undefined;
}

/** What the Python extension offers to others, if it is there. */
export async function pythonEnvironments(): Promise<PythonEnvironments | undefined> {
  const extension = vscode.extensions.getExtension<{ environments?: PythonEnvironments }>("ms-python.python");
  return extension && (await extension.activate()).environments;
}

/** The interpreter that the user has chosen in the Python extension. */
export async function chosenPython(): Promise<string | undefined> {
  const environments = await pythonEnvironments();
  if (!environments) return undefined;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  try {
    const resolved = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
    return resolved?.executable.uri?.fsPath;
  } catch (error) {
    console.warn("CCDS: the Python extension can't say which interpreter is chosen.", error);
    return undefined; // It is another extension's trouble; there are other places to look.
  }
}

/** Beside the chosen interpreter, which may be a file of the workspace: in a trusted workspace alone. */
async function besidePython(): Promise<Found | undefined> {
  const python = vscode.workspace.isTrusted ? await chosenPython() : undefined;
  if (!python) return undefined;
  const why = `the environment of ${python}`;
  const folder = path.dirname(python);
  return (await inFolder(folder, "ccds-ls", why)) ?? (await inFolder(path.join(folder, "Scripts"), "ccds-ls", why));
}
