// What `worker-build` writes for a deployment: starts the program, and hands requests to it.

import program from 'program.wasm';
import { fetch, initSync } from 'program.mjs';

initSync({ module: program });

export default { fetch };
