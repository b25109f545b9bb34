// New Project: asks what the server describes. The options, their defaults and their checks are the server's.

import * as path from "node:path";
import * as vscode from "vscode";
import type { Connection, Result } from "./languageServer";
import { askAll, Back, choose, write, type Question } from "./steps";

interface OptionChoice {
  value: string;
  description: string;
  unfit?: string | null; // why it makes no sense with the other answers
  options: Option[];
}

interface Option {
  key: string;
  title: string;
  description: string;
  default: string;
  choices: OptionChoice[];
}

interface Described extends Result {
  options: Option[];
  problems: { key: string; message: string }[];
}

type Answer = string | Record<string, Record<string, string>>;

export const NEW_PROJECT = "ccds.newProject";

/** The argument of `ccds.newProject`, or undefined when the user leaves. */
export async function askForProject(connection: Connection, folder?: vscode.Uri): Promise<object | undefined> {
  const form = new Form(connection, folder ?? vscode.workspace.workspaceFolders?.[0]?.uri);
  await form.describe();
  if (!(await askAll("New CCDS Project", () => form.questions()))) return undefined;
  return { root: form.parent?.toString(), answers: form.answers, git: form.git, forceCombination: form.forced };
}

class Form {
  answers: Record<string, Answer> = {};
  git: boolean | undefined;
  forced: boolean | undefined; // a pair of answers that makes no sense is wanted all the same
  private each: boolean | undefined;
  private described!: Described;

  constructor(private readonly connection: Connection, public parent: vscode.Uri | undefined) {}

  async describe(answers = this.answers): Promise<Described> {
    this.described = (await this.connection.execute(NEW_PROJECT, { describe: true, answers })) as Described;
    return this.described;
  }

  questions(): Question[] {
    const [title, ...others] = this.described.options;
    return [
      this.text(title, ""),
      this.mode(),
      ...(this.each ? others.flatMap((option) => this.option(option)) : []),
      this.where(),
      this.underGit(),
    ];
  }

  private mode(): Question {
    const choices = [
      { label: "Make it with the defaults", value: false, detail: this.defaults() },
      { label: "Choose each option", value: true, detail: `${this.described.options.length - 1} questions` },
    ];
    return choose("", "How much do you want to choose?", () => choices, () => this.each, (each) => {
      this.each = each;
      if (!each) this.answers = { project_name: this.answers.project_name };
    });
  }

  private defaults(): string {
    const chosen = this.described.options.filter(({ choices }) => choices.length).map((option) => option.default);
    return chosen.filter((value) => !["none", "Yes"].includes(value)).join(", ");
  }

  private option(option: Option): Question[] {
    if (!option.choices.length) return [this.text(option, option.default)];
    const given = this.answers[option.key];
    const value = typeof given === "object" ? Object.keys(given)[0] : given;
    const subs = option.choices.find((choice) => choice.value === value)?.options ?? [];
    return [
      this.choice(option, value),
      ...(option === this.unfit() ? [this.doubt(option, value as string)] : []),
      ...subs.map((sub) => this.sub(option, value as string, sub)),
    ];
  }

  /** The last option whose answer makes no sense with the others. */
  private unfit(): Option | undefined {
    const doubtful = ({ key, choices }: Option) => choices.some(({ value, unfit }) => unfit && value === this.answers[key]);
    return this.described.options.filter(doubtful).at(-1);
  }

  private doubt(option: Option, value: string): Question {
    const why = option.choices.find((choice) => choice.value === value)?.unfit ?? "";
    const items = () => [
      { label: "Choose another one", value: false },
      { label: `Take ${value} all the same`, detail: `$(warning) ${why}`, value: true },
    ];
    return choose(option.title, `${why}.`, items, () => this.forced, (forced) => {
      if (!forced) throw new Back();
      this.forced = true;
    });
  }

  private choice(option: Option, value: string | undefined): Question {
    const items = () => option.choices.map((choice) => ({
      label: choice.value,
      description: choice.value === option.default ? "default" : "",
      detail: choice.unfit ? `$(warning) ${choice.unfit}` : choice.description,
      value: choice.value,
    }));
    return this.then(choose(option.title, option.description, items, () => value ?? option.default, (chosen) => {
      const subs = option.choices.find((choice) => choice.value === chosen)?.options ?? [];
      if (chosen !== value) this.answers[option.key] = subs.length ? { [chosen]: {} } : chosen;
    }));
  }

  private text(option: Option, value: string): Question {
    const present = () => (this.answers[option.key] as string | undefined) ?? value;
    const take = (text: string) => void (this.answers[option.key] = text);
    const problem = (text: string) => this.problem(option, option.key, { [option.key]: text }, text);
    return this.then(write(option.title, option.description, present, take, problem));
  }

  private sub(option: Option, kind: string, sub: Option): Question {
    const given = () => (this.answers[option.key] as Record<string, Record<string, string>>)[kind];
    const problem = (text: string) =>
      this.problem(sub, `${option.key}.${sub.key}`, { [option.key]: { [kind]: { ...given(), [sub.key]: text } } }, text);
    return this.then(write(`${kind}, ${sub.title}`, sub.description, () => given()[sub.key] ?? sub.default, (text) => {
      given()[sub.key] = text;
    }, problem));
  }

  /** After an answer the server says again what there is to ask, and with which defaults. */
  private then(question: Question): Question {
    return {
      ask: async (frame) => {
        const answered = await question.ask(frame);
        if (answered) await this.describe();
        return answered;
      },
    };
  }

  private async problem(
    option: Option, key: string, answer: Record<string, Answer>, text: string,
  ): Promise<string | undefined> {
    if (!text.trim()) return `${option.title}: ${option.description}`;
    const { problems } = await this.ask({ ...this.answers, ...answer });
    const found = problems.find((problem) => problem.key === key);
    return found && `${option.title} ${found.message}`;
  }

  private async ask(answers: Record<string, Answer>): Promise<Described> {
    return (await this.connection.execute(NEW_PROJECT, { describe: true, answers })) as Described;
  }

  private where(): Question {
    const open = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri);
    const known = [...open, ...(this.parent ? [this.parent] : [])];
    const candidates = [...known, ...known.map((uri) => vscode.Uri.joinPath(uri, ".."))];
    const places = [...new Map(candidates.map((uri) => [uri.toString(), uri])).values()];
    const name = this.described.options.find(({ key }) => key === "repo_name")?.default ?? "";
    const chosenName = (this.answers.repo_name as string | undefined) ?? name;
    const items = () => [
      ...places.map((uri) => ({ label: `$(folder) ${path.join(uri.fsPath, chosenName)}`, value: uri.toString() })),
      { label: "$(folder-opened) In another folder…", value: "" },
    ];
    const pick = choose("", "Where should the project's folder be made?", items, () => this.parent?.toString(), (value) => {
      this.parent = value ? vscode.Uri.parse(value, true) : undefined;
    });
    return {
      ask: async (frame) => {
        if (!(await pick.ask(frame))) return false;
        if (this.parent) return true;
        const options = { canSelectFolders: true, canSelectFiles: false, openLabel: "Make It Here" };
        this.parent = (await vscode.window.showOpenDialog(options))?.[0];
        return this.parent !== undefined;
      },
    };
  }

  private underGit(): Question {
    const items = () => [
      { label: "Yes", detail: "git init on main, and a first commit", value: true },
      { label: "No", detail: "Only the files", value: false },
    ];
    return choose("", "Put the project under git?", items, () => this.git, (git) => void (this.git = git));
  }
}
