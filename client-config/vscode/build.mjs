// Bundles the extension into out/extension.js, and copies what the whole project shares into the package.
import { copyFileSync } from "node:fs";
import { build } from "esbuild";

await build({
  entryPoints: ["src/extension.ts"],
  outfile: "out/extension.js",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node18",
  external: ["vscode"],
  minify: true,
  logLevel: "warning",
});
for (const name of ["LICENSE", "CHANGELOG.md"]) copyFileSync(`../../${name}`, name);
