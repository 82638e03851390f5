// 500 and the trap, where the program does not come to its end.

import program from 'checks.wasm';

export default {
  fetch() {
    const { exports } = new WebAssembly.Instance(program);
    const code = exports.main(0, 0);
    return new Response(`checks: ended with ${code}\n`, { status: code === 0 ? 200 : 500 });
  },
};
