// The connection with the server: found, started, started again, stopped.

import * as vscode from "vscode";
import {
  DidChangeConfigurationNotification, ExecuteCommandRequest, LanguageClient, RevealOutputChannelOn, State,
  type ClientCapabilities, type DynamicFeature, type LanguageClientOptions, type StaticFeature,
} from "vscode-languageclient/node";
import { discover, type Found } from "./discover";
import type { offered } from "./fixes";
import { LongWork } from "./progress";
import { explicit } from "./settings";
import type { Standing, Status } from "./status";

const RESTARTS = 4; // within three minutes; after that the user is told and decides

/** What every command of the server returns. */
export interface Result {
  message: string;
  paths: string[];
  undo?: string;
  findings?: unknown[];
}

class Client extends LanguageClient {
  /** Commands are registered by us: they must be there before the server is, and ask for what they need. */
  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    const method = "registrationType" in feature ? feature.registrationType.method : undefined;
    if (method !== ExecuteCommandRequest.method) super.registerFeature(feature);
  }
}

/** Says in the handshake that we show `ccds/status`. */
class StatusFeature implements StaticFeature {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    capabilities.experimental = { ...(capabilities.experimental as object | undefined), ccdsStatus: true };
  }
  initialize(): void {}
  getState(): { kind: "static" } {
    return { kind: "static" };
  }
  clear(): void {}
}

/** At most one server at a time, and the order of starting and stopping it. */
export class Connection {
  private client: Client | undefined;
  private found: Found | undefined;
  private pending: Promise<unknown> = Promise.resolve();
  private readonly work = new LongWork(() => this.client);

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly status: Status,
    private readonly log: vscode.LogOutputChannel,
    private readonly served: (commands: string[]) => void,
    private readonly offer: typeof offered,
  ) {}

  get running(): boolean {
    return this.client?.state === State.Running;
  }

  /** Which server it is, and why this one. */
  get origin(): string {
    return this.found ? `${this.found.program}, from ${this.found.why}` : "none";
  }

  /** Start the server if it is not there; false when none is found. Rejects when it can't be started. */
  start(): Promise<boolean> {
    return this.inTurn(async () => {
      if (this.client && this.client.state !== State.Stopped) return true;
      await this.stop();
      return this.find();
    });
  }

  /** Stop it and start what is found now. */
  restart(): Promise<boolean> {
    return this.inTurn(async () => {
      await this.stop();
      return this.find();
    });
  }

  /** Start again only if another server would be found now. */
  restartIfAnother(): Promise<boolean> {
    return this.inTurn(async () => {
      const now = await discover(this.context);
      if (now?.program === this.found?.program) return this.client !== undefined;
      await this.stop();
      return this.find();
    });
  }

  /** Run a command of the server. */
  async execute(command: string, argument: object, token?: vscode.CancellationToken): Promise<Result> {
    if (!this.client) throw new Error("The language server is not running.");
    return this.client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [argument] }, token);
  }

  /** Tell the server what the user has set. */
  async settingsChanged(): Promise<void> {
    if (!this.running) return;
    const settings = { ccds: explicit(this.context) };
    await this.client?.sendNotification(DidChangeConfigurationNotification.type, { settings });
  }

  dispose(): Promise<void> {
    return this.inTurn(() => this.stop());
  }

  /** One after the other: a server that is just starting is not started again. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.pending.then(work, work);
    this.pending = next.catch(() => undefined);
    return next;
  }

  private async stop(): Promise<void> {
    const { client } = this;
    this.client = this.found = undefined;
    this.work.end();
    if (!client) return;
    try {
      await client.stop();
    } catch (error) {
      this.log.warn(`The server did not stop in an orderly way: ${String(error)}`); // It has been killed then.
    }
    await client.dispose();
  }

  private async find(): Promise<boolean> {
    try {
      this.found = await discover(this.context);
      if (!this.found) {
        this.status.missing();
        return false;
      }
      await this.launch(this.found);
      return true;
    } catch (error) {
      this.status.failed(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  private async launch(found: Found): Promise<void> {
    this.log.info(`Starting ${this.origin}.`);
    this.status.starting();
    const run = { command: found.program, args: ["server"] };
    const client = new Client("ccds", "CCDS", { run, debug: run }, this.options());
    client.registerFeature(new StatusFeature());
    client.onNotification("ccds/status", (standing: Standing) => this.status.show(standing));
    client.onDidChangeState(({ newState }) => {
      if (this.client !== client) return;
      if (newState === State.Starting) this.status.starting();
      if (newState === State.Running) this.status.running();
      if (newState === State.Stopped) {
        this.work.end();
        this.status.failed("The server has stopped.");
      }
    });
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.client = undefined;
      throw error;
    }
    this.served(client.initializeResult?.capabilities.executeCommandProvider?.commands ?? []);
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: [
        { scheme: "file" }, // a secret or a data file may have any name; also git's commit message
        { notebook: { notebookType: "jupyter-notebook", scheme: "file" } },
        { language: "scminput" }, // the commit box
      ],
      initializationOptions: () => ({ ccds: explicit(this.context) }),
      middleware: {
        handleWorkDoneProgress: (token, told) => this.work.handle(token, told),
        provideCodeActions: async (document, range, context, token, next) =>
          this.offer(document, (await next(document, range, context, token)) ?? []),
        workspace: {
          configuration: async ({ items }, token, next) => {
            const answers = await next({ items }, token);
            if (!Array.isArray(answers)) return answers;
            return items.map(({ section }, i) => (section === "ccds" ? explicit(this.context) : answers[i]));
          },
        },
      },
      connectionOptions: { maxRestartCount: RESTARTS },
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationFailedHandler: () => false,
    };
  }
}
