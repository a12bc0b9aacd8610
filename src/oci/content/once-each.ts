/**
 * Runs a task once for each key: who asks again gets the first answer. The keys of one kind of task begin with a prefix of its own, since
 * one key must never stand for answers of two types.
 */
export function onceEach(): <Answer>(key: string, task: () => Promise<Answer>) => Promise<Answer> {
  const tasks = new Map<string, Promise<unknown>>();
  return (key, task) => {
    const known = tasks.get(key);
    // safe because of the prefixes above
    if (known !== undefined) return known as ReturnType<typeof task>;
    const begun = task();
    tasks.set(key, begun);
    return begun;
  };
}
