/** A tool in a worker thread: one request at a time, and this thread stays free for progress and signals. */
import { Worker } from 'node:worker_threads';

export interface ToolWorker<Request, Result> {
  run(request: Request): Promise<Result>;
  close(): Promise<void>;
}

/**
 * First in every program. A worker that ends while V8 compiles a stream leaves V8's threads reading freed memory (Node 20: one
 * SIGSEGV in ten to twenty interruptions); compiling from an array is waited for.
 */
const WITHOUT_STREAMS = `
WebAssembly.compileStreaming = async (source) => WebAssembly.compile(await (await source).arrayBuffer());
`;

export interface WorkerOptions<Result> {
  readonly program: string; // plain CommonJS: answers a request with { result }, may send { note } before
  readonly workerData: object;
  readonly crashed: (error: string) => Result; // what a request becomes when the worker dies of it
  readonly onNote?: (note: string) => void;
}

/**
 * Start a worker. It ends with this process, or with close(); after a crash the next run starts it anew.
 *
 * Programs are JavaScript in strings, because a worker cannot load the TypeScript sources that vitest runs, and a file
 * of its own would not be copied by tsc.
 */
export function startWorker<Request, Result>({
  program,
  workerData,
  crashed,
  onNote = () => {},
}: WorkerOptions<Result>): ToolWorker<Request, Result> {
  let worker: Worker | undefined;
  const run = (request: Request) =>
    new Promise<Result>((resolve) => {
      worker ??= new Worker(`${WITHOUT_STREAMS}${program}`, { eval: true, workerData, execArgv: [] });
      const current = worker;
      const settle = (result: Result) => {
        current.off('message', onMessage).off('error', onError).off('exit', onExit);
        resolve(result);
      };
      const crash = (error: string) => {
        worker = undefined;
        settle(crashed(error));
      };
      const onMessage = (message: { note: string } | { result: Result }) =>
        'note' in message ? onNote(message.note) : settle(message.result);
      const onError = (error: Error) => crash(`its worker failed: ${error.message}`);
      const onExit = (code: number) => crash(`its worker ended with code ${code}`);
      current.on('message', onMessage).on('error', onError).on('exit', onExit);
      current.postMessage(request);
    });
  return {
    run,
    close: async () => {
      const ending = worker;
      worker = undefined; // a run that is told of the end may start the next
      await ending?.terminate();
    },
  };
}
