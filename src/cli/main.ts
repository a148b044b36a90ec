#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { checkNode } from './check-node.js';
import { keepCompiledCode } from './keep-compiled-code.js';

checkNode(process.versions.node);

// V8 lets garbage pile up while there is memory on the machine: a run over Redis at 750 users a second peaked at 280 MB. With
// these it peaks at 170 MB, in at most 3 % more processor time (BENCHMARKS.md, "Memory").
for (const flag of ['--heap-growing-percent=50', '--semi-space-growth-factor=1']) setFlagsFromString(flag);

// Whatever this program or a package of its makes is for its owner only.
process.umask(0o077);

// Half of what a short command takes is compiling what it loads. What a file imports is compiled before its first line
// runs, so all else is loaded from here.
keepCompiledCode();
await import('./command-line.js');
