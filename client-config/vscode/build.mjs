// Bundles the extension, and copies what the whole project shares into the package. The language client is a bundle of
// its own: loading it takes most of the time, and happens after the activation.
import { copyFileSync } from "node:fs";
import { build } from "esbuild";

await build({
  entryPoints: ["src/extension.ts", "src/languageServer.ts"],
  outdir: "out",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node18",
  external: ["vscode", "./languageServer"],
  supported: { "dynamic-import": false }, // require(), as in all of it
  minify: true,
  logLevel: "warning",
});
for (const name of ["LICENSE", "CHANGELOG.md"]) copyFileSync(`../../${name}`, name);
