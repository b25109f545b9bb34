// Longer texts of the server, shown as pages that are nobody's files.

import * as vscode from "vscode";

const SCHEME = "ccds-page";

export class Pages implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }

  /** Show a text; one that is written in Markdown is rendered. */
  async show(text: string): Promise<void> {
    const isMarkdown = /^#|^\|/m.test(text);
    const name = `CCDS ${this.texts.size + 1}${isMarkdown ? ".md" : ".txt"}`;
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}` });
    this.texts.set(uri.toString(), text);
    if (isMarkdown) await vscode.commands.executeCommand("markdown.showPreview", uri);
    else await vscode.window.showTextDocument(uri, { preview: true });
  }
}
