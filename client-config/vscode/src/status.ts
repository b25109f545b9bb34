// The item in the status bar: the server's state, and how many findings the coming commit has.

import * as vscode from "vscode";

/** What the server sends as `ccds/status`. */
export interface Standing {
  state: "starting" | "ready" | "blind" | "paused";
  message: string;
  coming: Record<"error" | "warning" | "information" | "hint", number>;
}

const ICONS = { starting: "loading~spin", ready: "pass", blind: "eye-closed", paused: "debug-pause" };

const LINKS = [
  "[Check the coming commit](command:ccds.checkCommit)",
  "[Problems](command:workbench.actions.view.problems)",
  "[Log](command:ccds.client.showLog)",
  "[Restart](command:ccds.client.restart)",
].join(" · ");

export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("ccds.status", vscode.StatusBarAlignment.Left, 10);

  constructor() {
    this.item.name = "CCDS";
    this.starting();
    this.item.show();
  }

  starting(): void {
    this.draw("loading~spin", "", "Starting", "ccds.client.showLog");
  }

  running(): void {
    void vscode.commands.executeCommand("setContext", "ccds.running", true);
    this.draw("circle-outline", "", "The server runs.", "workbench.actions.view.problems");
  }

  missing(): void {
    this.draw("cloud-download", "", "The language server is not installed. Select to install it.", "ccds.client.install", "warning");
  }

  failed(why: string): void {
    this.draw("error", "", `${why} Select to restart it.`, "ccds.client.restart", "error");
  }

  show({ state, message, coming }: Standing): void {
    if (state !== "ready") {
      const colour = state === "blind" ? "warning" : undefined;
      return this.draw(ICONS[state], "", message, "workbench.actions.view.problems", colour);
    }
    const serious = coming.error + coming.warning;
    const icon = coming.error ? "error" : coming.warning ? "warning" : "pass";
    const colour = coming.error ? "error" : undefined;
    this.draw(icon, serious ? ` ${serious}` : "", message, "workbench.actions.view.problems", colour);
  }

  dispose(): void {
    this.item.dispose();
  }

  private draw(icon: string, count: string, told: string, command: string, colour?: "error" | "warning"): void {
    this.item.text = `$(${icon}) CCDS${count}`;
    this.item.accessibilityInformation = { label: `CCDS: ${told}` };
    const tooltip = new vscode.MarkdownString(`**CCDS** `, true);
    tooltip.appendText(told).appendMarkdown(`\n\n${LINKS}`);
    tooltip.isTrusted = true;
    this.item.tooltip = tooltip;
    this.item.command = command;
    this.item.backgroundColor = colour && new vscode.ThemeColor(`statusBarItem.${colour}Background`);
  }
}
