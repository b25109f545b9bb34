// The argument of a command, from its JSON schema: what is known is filled in, what is needed is asked for.

import * as path from "node:path";
import * as vscode from "vscode";
import { askAll, choose, write, type Question } from "./steps";

interface Property {
  type: string;
  description: string;
  enum?: string[];
  ask?: boolean; // worth a question although it may be left out
  startsAs?: string; // the text to begin with is the last part of this other member
}

export interface Schema {
  properties: Record<string, Property>;
  required: string[];
}

/** The argument for `target` (what a menu was opened on, or what is shown), or undefined when the user leaves. */
export async function askFor(title: string, schema: Schema, target?: vscode.Uri): Promise<object | undefined> {
  const known: Record<string, string | boolean | number> = {};
  if ("uri" in schema.properties) {
    const uri = target ?? shown();
    if (!uri) throw new Error(`Open the file first: "${title}" is about a file.`);
    known.uri = uri.toString();
  }
  if ("root" in schema.properties) {
    const root = await rootOf(target ?? shown());
    if (!root) return undefined;
    known.root = root.toString();
  }
  if ("code" in schema.properties && "fingerprint" in schema.properties) {
    const finding = await pickFinding(title, known.uri as string);
    if (!finding) return undefined;
    Object.assign(known, finding);
  }
  const asked = Object.entries(schema.properties).filter(
    ([key, { enum: choices, startsAs, ask }]) =>
      !(key in known) && (schema.required.includes(key) || choices || startsAs || ask),
  );
  const questions = asked.map(([key, property]) => question(key, property, schema.required.includes(key), known));
  return (await askAll(title, () => questions)) ? known : undefined;
}

function question(
  key: string, property: Property, required: boolean, known: Record<string, string | boolean | number>,
): Question {
  const take = (value: string | boolean) => void (known[key] = value);
  if (property.enum) {
    const items = property.enum.map((value) => ({ label: value, value }));
    return choose("", property.description, () => items, () => known[key] as string | undefined, take);
  }
  if (property.type === "boolean") {
    const items = [{ label: "Yes", value: true }, { label: "No", value: false }];
    return choose("", property.description, () => items, () => known[key] as boolean | undefined, take);
  }
  const start = property.startsAs ? path.posix.basename(vscode.Uri.parse(String(known[property.startsAs])).path) : "";
  const problem = async (text: string) => (text.trim() || !required ? undefined : property.description);
  return write("", property.description, () => String(known[key] ?? start), (text) => {
    if (text.trim()) known[key] = property.type === "integer" ? Number(text) : text.trim();
    else delete known[key];
  }, problem);
}

/** The file or notebook that the user is looking at. */
function shown(): vscode.Uri | undefined {
  const editor = vscode.window.activeNotebookEditor?.notebook.uri ?? vscode.window.activeTextEditor?.document.uri;
  return editor?.scheme === "file" ? editor : undefined;
}

/** The folder that a command is about: the one that was pointed at, else the workspace folder, asked if several. */
async function rootOf(target: vscode.Uri | undefined): Promise<vscode.Uri | undefined> {
  if (target && (await isFolder(target))) return target;
  const folders = vscode.workspace.workspaceFolders ?? [];
  const around = target && vscode.workspace.getWorkspaceFolder(target);
  if (around ?? folders.length === 1) return (around ?? folders[0]).uri;
  if (folders.length) return (await vscode.window.showWorkspaceFolderPick())?.uri;
  const options = { canSelectFolders: true, canSelectFiles: false, openLabel: "Use This Folder" };
  return (await vscode.window.showOpenDialog(options))?.[0];
}

async function isFolder(uri: vscode.Uri): Promise<boolean> {
  try {
    return (await vscode.workspace.fs.stat(uri)).type === vscode.FileType.Directory;
  } catch {
    return false; // It is gone, or was never saved.
  }
}

/** One of the findings that are shown for a file, those on the cursor's line first. */
async function pickFinding(title: string, uri: string): Promise<object | undefined> {
  const file = vscode.Uri.parse(uri, true);
  const cells = vscode.workspace.notebookDocuments.find((notebook) => notebook.uri.toString() === uri)?.getCells() ?? [];
  const places = [file, ...cells.map((cell) => cell.document.uri)];
  const cursor = vscode.window.activeTextEditor?.selection.active.line;
  const items = places
    .flatMap((place) => vscode.languages.getDiagnostics(place))
    .filter(({ source }) => source === "ccds")
    .sort((one, other) => Number(other.range.start.line === cursor) - Number(one.range.start.line === cursor))
    .map((diagnostic) => ({ label: codeOf(diagnostic), detail: diagnostic.message, diagnostic }));
  if (!items.length) throw new Error("There is no finding in this file.");
  const picked = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title });
  const data = picked && (picked.diagnostic as { data?: { fingerprint?: string } }).data;
  return picked && { code: picked.label, fingerprint: data?.fingerprint ?? "" };
}

function codeOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === "object" ? code.value : code);
}
