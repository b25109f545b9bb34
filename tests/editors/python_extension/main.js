// What the Python extension offers to other extensions, as far as ours uses it. The chosen interpreter is what stands in
// the file $CHOSEN.

const { readFileSync, watchFile, unwatchFile } = require("node:fs");
const vscode = require("vscode");

exports.activate = (context) => {
  const file = process.env.CHOSEN;
  const changed = new vscode.EventEmitter();
  watchFile(file, { interval: 200 }, () => changed.fire({}));
  context.subscriptions.push(changed, { dispose: () => unwatchFile(file) });
  return {
    environments: {
      getActiveEnvironmentPath: () => ({ path: readFileSync(file, "utf-8") }),
      resolveEnvironment: async ({ path }) => ({ executable: { uri: vscode.Uri.file(path) } }),
      onDidChangeActiveEnvironmentPath: changed.event,
    },
  };
};
