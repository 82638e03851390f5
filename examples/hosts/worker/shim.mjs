// Starts the program, and passes requests to it, as the file from `worker-build` does in a deployment.

import program from 'program.wasm';
import { fetch, initSync } from 'program.mjs';

initSync({ module: program });

export default { fetch };
