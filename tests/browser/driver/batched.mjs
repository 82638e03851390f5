// Many small questions as few large ones.

// A function of one item, made of one that takes a list: what is asked while an answer is on its way
// is asked together afterwards.
export function batched(askAll) {
  let waiting = [];
  let isAsking = false;
  const work = async () => {
    isAsking = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        const answers = await askAll(batch.map(({ item }) => item));
        for (const [at, { resolve }] of batch.entries()) resolve(answers[at]);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isAsking = false;
  };
  return (item) => new Promise((resolve, reject) => {
    waiting.push({ item, resolve, reject });
    if (!isAsking) work();
  });
}
