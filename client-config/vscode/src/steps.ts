// A row of questions in the quick pick, with a way back to the one before.

import * as vscode from "vscode";

/** What every question shows. */
interface Frame {
  title: string;
  step: number;
  totalSteps: number;
}

export interface Choice<T> extends vscode.QuickPickItem {
  value: T;
}

/** One question. `ask` resolves to true when it was answered. */
export interface Question {
  ask(frame: Frame): Promise<boolean>;
}

/** Thrown by a question to have the one before it asked again. */
export class Back extends Error {}

/** Ask one question after the other; false when the user leaves. `list` is asked again after each answer. */
export async function askAll(title: string, list: () => Question[]): Promise<boolean> {
  let index = 0;
  for (let questions = list(); index < questions.length; questions = list()) {
    try {
      if (!(await questions[index].ask({ title, step: index + 1, totalSteps: questions.length }))) return false;
      index += 1;
    } catch (error) {
      if (!(error instanceof Back)) throw error;
      index -= 1;
    }
  }
  return true;
}

/** A question with a list to choose from. */
export function choose<T>(
  name: string, prompt: string, choices: () => Choice<T>[], present: () => T | undefined, take: (value: T) => void,
): Question {
  return {
    ask: async (frame) => {
      const pick = vscode.window.createQuickPick<Choice<T>>();
      Object.assign(pick, named(frame, name), { placeholder: prompt, items: choices(), matchOnDetail: true });
      const chosen = pick.items.find(({ value }) => value === present());
      if (chosen) pick.activeItems = [chosen];
      const answer = await answered(pick, frame, () => pick.selectedItems[0]?.value);
      if (answer !== undefined) take(answer);
      return answer !== undefined;
    },
  };
}

/** A question with a line of text for an answer; `problem` says what is wrong with it. */
export function write(
  name: string, prompt: string, present: () => string, take: (text: string) => void,
  problem: (text: string) => Promise<string | undefined>,
): Question {
  return {
    ask: async (frame) => {
      const input = vscode.window.createInputBox();
      Object.assign(input, named(frame, name), { prompt, value: present() });
      let latest = 0;
      const check = async () => {
        const mine = ++latest;
        const told = await problem(input.value);
        if (mine === latest) input.validationMessage = told;
        return told;
      };
      input.onDidChangeValue(check);
      const answer = await answered(input, frame, async () => ((await check()) ? undefined : input.value));
      if (answer !== undefined) take(answer);
      return answer !== undefined;
    },
  };
}

/** What a question shows above it: of a single one no count, and no mark that there is something to ask. */
function named({ title, step, totalSteps }: Frame, name: string): Partial<Frame> {
  const whole = title.replace(/…$/, "") + (name ? `: ${name}` : "");
  return totalSteps > 1 ? { title: whole, step, totalSteps } : { title: whole };
}

/** Show a quick input until it has an answer, or is left (undefined), or the user goes back (throws Back). */
function answered<T>(
  input: vscode.QuickPick<vscode.QuickPickItem & { value: T }> | vscode.InputBox, frame: Frame,
  read: () => T | undefined | Promise<T | undefined>,
): Promise<T | undefined> {
  input.ignoreFocusOut = true;
  if (frame.step > 1) input.buttons = [vscode.QuickInputButtons.Back];
  return new Promise<T | undefined>((resolve, reject) => {
    const settle = (act: () => void) => {
      act();
      input.dispose();
    };
    input.onDidTriggerButton(() => settle(() => reject(new Back())));
    input.onDidHide(() => settle(() => resolve(undefined)));
    input.onDidAccept(async () => {
      input.busy = true;
      try {
        const value = await read();
        if (value !== undefined) settle(() => resolve(value));
      } catch (error) {
        settle(() => reject(error));
      }
      input.busy = false;
    });
    input.show();
  });
}
