// Reads an AsyncAPI document with AsyncAPI's own parser; exit code 1 and the problems when it is not valid.
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], 'utf8'));
const errors = diagnostics.filter((one) => one.severity === 0);
for (const one of errors) console.log(`${one.path.join('.')}: ${one.message}`);
if (!document || errors.length) process.exit(1);
console.log(`${document.allChannels().all().length} channels, ${document.allMessages().all().length} messages`);
