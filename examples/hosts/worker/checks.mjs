// Responds with 500 and the trap if the program does not run to its end.

import program from 'checks.wasm';

export default {
  fetch() {
    const { exports } = new WebAssembly.Instance(program);
    const code = exports.main(0, 0);
    return new Response(`checks: ended with ${code}\n`, { status: code === 0 ? 200 : 500 });
  },
};
