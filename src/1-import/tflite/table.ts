/** Tables of a FlatBuffer, read with every position checked: the library's reader trusts its input. */
import { ByteBuffer } from 'flatbuffers';

/** The bytes are no well-formed FlatBuffer; the text says what is wrong. */
export class Damaged extends Error {}

/** A FlatBuffer, with a budget of elements: vectors may share bytes, so a small file could ask for endless copies. */
export class FlatBuffer {
  readonly bytes: Uint8Array;
  private readonly buffer: ByteBuffer;
  private budget: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.buffer = new ByteBuffer(bytes);
    this.budget = 2 ** 16 + 16 * bytes.length;
  }

  root(): Table {
    return new Table(this, this.uint32(0));
  }

  int8(at: number): number {
    return this.buffer.readInt8(this.checked(at, 1));
  }
  uint16(at: number): number {
    return this.buffer.readUint16(this.checked(at, 2));
  }
  int32(at: number): number {
    return this.buffer.readInt32(this.checked(at, 4));
  }
  uint32(at: number): number {
    return this.buffer.readUint32(this.checked(at, 4));
  }
  int64(at: number): number {
    return Number(this.buffer.readInt64(this.checked(at, 8)));
  }
  float32(at: number): number {
    return this.buffer.readFloat32(this.checked(at, 4));
  }

  /** Start and length of the vector at a position. */
  vector(at: number, itemBytes: number): { start: number; length: number } {
    const length = this.uint32(at);
    this.checked(at + 4, length * itemBytes);
    this.budget -= length * itemBytes;
    if (this.budget < 0) throw new Damaged('its vectors overlap beyond measure');
    return { start: at + 4, length };
  }

  private checked(at: number, size: number): number {
    if (at < 0 || at + size > this.bytes.length) throw new Damaged('an offset points outside the file');
    return at;
  }
}

/** One table. A field that the file leaves out has its default. */
export class Table {
  private readonly file: FlatBuffer;
  private readonly position: number;
  private readonly vtable: number;
  private readonly vtableBytes: number;

  constructor(file: FlatBuffer, position: number) {
    this.file = file;
    this.position = position;
    this.vtable = position - file.int32(position);
    this.vtableBytes = file.uint16(this.vtable);
    if (this.vtableBytes < 4 || this.vtableBytes % 2) throw new Damaged('a table has no field list');
  }

  int8(field: number, missing = 0): number {
    const at = this.at(field);
    return at === undefined ? missing : this.file.int8(at);
  }
  int32(field: number, missing = 0): number {
    const at = this.at(field);
    return at === undefined ? missing : this.file.int32(at);
  }
  int64(field: number, missing = 0): number {
    const at = this.at(field);
    return at === undefined ? missing : this.file.int64(at);
  }
  float32(field: number, missing = 0): number {
    const at = this.at(field);
    return at === undefined ? missing : this.file.float32(at);
  }

  table(field: number): Table | undefined {
    const at = this.target(field);
    return at === undefined ? undefined : new Table(this.file, at);
  }

  tables(field: number): Table[] {
    const { start, length } = this.vector(field, 4);
    return Array.from({ length }, (_, k) => {
      const at = start + 4 * k;
      return new Table(this.file, at + this.file.uint32(at));
    });
  }

  text(field: number): string {
    return new TextDecoder().decode(this.bytes(field));
  }

  /** A view into the file. */
  bytes(field: number): Uint8Array {
    const { start, length } = this.vector(field, 1);
    return this.file.bytes.subarray(start, start + length);
  }

  int32s(field: number): number[] {
    const { start, length } = this.vector(field, 4);
    return Array.from({ length }, (_, k) => this.file.int32(start + 4 * k));
  }

  int64s(field: number): number[] {
    const { start, length } = this.vector(field, 8);
    return Array.from({ length }, (_, k) => this.file.int64(start + 8 * k));
  }

  float32s(field: number): Float32Array {
    const { start, length } = this.vector(field, 4);
    return Float32Array.from({ length }, (_, k) => this.file.float32(start + 4 * k));
  }

  private vector(field: number, itemBytes: number): { start: number; length: number } {
    const at = this.target(field);
    return at === undefined ? { start: 0, length: 0 } : this.file.vector(at, itemBytes);
  }

  /** Where an offset in a field points. */
  private target(field: number): number | undefined {
    const at = this.at(field);
    return at === undefined ? undefined : at + this.file.uint32(at);
  }

  private at(field: number): number | undefined {
    const entry = 4 + 2 * field;
    const offset = entry + 2 <= this.vtableBytes ? this.file.uint16(this.vtable + entry) : 0;
    return offset === 0 ? undefined : this.position + offset;
  }
}
