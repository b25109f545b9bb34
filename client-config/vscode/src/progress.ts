// What the server reports of long work, as a notification with a Cancel button. The client's own would be a line in the
// status bar whose button is behind a click.

import * as vscode from "vscode";
import {
  WorkDoneProgressCancelNotification, type LanguageClient, type ProgressToken, type WorkDoneProgressBegin,
  type WorkDoneProgressEnd, type WorkDoneProgressReport,
} from "vscode-languageclient/node";

const SHOWN_AFTER_MS = 400; // what is done by then needs no notification

/** Everything that is being done, by the server's token for it. */
export class LongWork {
  private readonly running = new Map<ProgressToken, Work>();

  constructor(private readonly client: () => LanguageClient | undefined) {}

  handle(token: ProgressToken, told: WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd): void {
    if (told.kind === "begin") {
      this.running.set(token, new Work(told, () => void this.client()?.sendNotification(
        WorkDoneProgressCancelNotification.type, { token })));
    } else if (told.kind === "report") {
      this.running.get(token)?.report(told);
    } else {
      this.running.get(token)?.end();
      this.running.delete(token);
    }
  }

  /** The server is gone, and with it all that it did. */
  end(): void {
    for (const work of this.running.values()) work.end();
    this.running.clear();
  }
}

class Work {
  private readonly timer: NodeJS.Timeout;
  private shown: vscode.Progress<{ message?: string; increment?: number }> | undefined;
  private percentage = 0;
  end = () => clearTimeout(this.timer);

  constructor(private told: WorkDoneProgressBegin | WorkDoneProgressReport, cancel: () => void) {
    const title = told.kind === "begin" ? told.title : "";
    this.timer = setTimeout(() => {
      const options = { location: vscode.ProgressLocation.Notification, cancellable: told.cancellable, title };
      void vscode.window.withProgress(options, (progress, token) => {
        token.onCancellationRequested(cancel);
        this.shown = progress;
        this.report(this.told);
        return new Promise<void>((resolve) => (this.end = resolve));
      });
    }, SHOWN_AFTER_MS);
  }

  report(told: WorkDoneProgressBegin | WorkDoneProgressReport): void {
    this.told = told;
    const increment = told.percentage === undefined ? undefined : Math.max(0, told.percentage - this.percentage);
    if (!this.shown) return;
    this.shown.report({ message: told.message, increment });
    this.percentage += increment ?? 0;
  }
}
