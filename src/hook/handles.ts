/*
 * The handles under `node:net`, without its streams: loading those and running them for the first
 * time takes a fifth of Node's own start, and this program runs for every step of an agent. As
 * handles are no public interface, they are used in the releases that tests run on, and there too
 * whatever they lack leads to `node:net`.
 */

const knownMajors = new Set(["22", "24"]);

export interface Handle {
  readStart(): number;
  writeBuffer(request: object, bytes: Buffer): number;
  close(): void;
  onread: (bytes: ArrayBuffer | undefined) => void;
}

export interface TcpHandle extends Handle {
  connect(request: object, address: string, port: number): number;
  connect6(request: object, address: string, port: number): number;
}

interface PipeHandle extends Handle {
  open(fd: number): number;
}

interface TcpBinding {
  TCP: new (type: number) => TcpHandle;
  TCPConnectWrap: new () => { oncomplete?: (status: number) => void };
  constants: { SOCKET: number };
}

interface PipeBinding {
  Pipe: new (type: number) => PipeHandle;
  constants: { SOCKET: number };
}

interface StreamBinding {
  WriteWrap: new () => { oncomplete?: () => void };
  streamBaseState: Int32Array;
  kReadBytesOrError: number;
  kArrayBufferOffset: number;
}

interface Bindings {
  tcp_wrap: TcpBinding;
  pipe_wrap: PipeBinding;
  stream_wrap: StreamBinding;
}

/** @throws where this runtime's handles are not the known ones */
export function binding<K extends keyof Bindings>(name: K): Bindings[K] {
  const get = (process as unknown as { binding?: (name: K) => Bindings[K] }).binding;
  if (get === undefined || !knownMajors.has(process.versions.node.split(".")[0]!)) throw new Error("unknown handles");
  return get(name);
}

/** Reads what comes; `over` is called at the end and on a failure. */
export function readFrom(handle: Handle, data: (chunk: Buffer) => void, over: () => void): void {
  const { streamBaseState, kReadBytesOrError, kArrayBufferOffset } = binding("stream_wrap");
  handle.onread = (bytes) => {
    const length = streamBaseState[kReadBytesOrError]!;
    if (length > 0 && bytes) data(Buffer.from(bytes, streamBaseState[kArrayBufferOffset], length));
    else if (length !== 0) over();
  };
  if (handle.readStart() !== 0) over();
}
