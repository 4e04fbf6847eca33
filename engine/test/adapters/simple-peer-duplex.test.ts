import { Duplex } from '../../src/adapters/browser/simple-peer/duplex';

type OnWritten = (error?: Error | null) => void;

/** Writes when the test says so, or at once. */
class TestStream extends Duplex {
  readonly written: unknown[] = [];
  readonly unanswered: OnWritten[] = [];

  constructor(readonly answersAtOnce: boolean) {
    super();
  }

  _write(chunk: unknown, _encoding: string, onWritten: OnWritten): void {
    this.written.push(chunk);
    if (this.answersAtOnce) onWritten(null);
    else this.unanswered.push(onWritten);
  }

  /** As simple-peer does it. */
  destroy(): void {
    this.destroyed = true;
    this.push(null);
    this.end();
  }
}

const nothing = (): void => undefined;
const microtasks = (): Promise<void> => Promise.resolve();

function heardBy(stream: TestStream): unknown[] {
  const heard: unknown[] = [];
  stream.on('data', (chunk) => heard.push(chunk));
  return heard;
}

describe('Duplex: what was received', () => {
  test('is kept until somebody listens, and then heard in order, not before on() returned', async () => {
    const stream = new TestStream(true);
    stream.push('a');
    stream.push('b');
    const heard = heardBy(stream);
    stream.push('c');
    expect(heard).toEqual([]);
    await microtasks();
    expect(heard).toEqual(['a', 'b', 'c']);
  });

  test('is heard at once when somebody listens already', async () => {
    const stream = new TestStream(true);
    const heard = heardBy(stream);
    await microtasks();
    stream.push('a');
    expect(heard).toEqual(['a']);
  });

  test('is one chunk for each push, however small', async () => {
    const stream = new TestStream(true);
    for (const chunk of [new Uint8Array(1), new Uint8Array(0), '']) stream.push(chunk);
    const heard = heardBy(stream);
    await microtasks();
    expect(heard).toEqual([new Uint8Array(1), new Uint8Array(0), '']);
  });

  test('is not lost when a listener throws', async () => {
    const stream = new TestStream(true);
    const heard = heardBy(stream);
    await microtasks();
    stream.once('data', () => {
      throw new Error('listener');
    });
    expect(() => stream.push('a')).toThrow('listener');
    stream.push('b');
    expect(heard).toEqual(['a', 'b']);
  });

  test('is not heard any more once the stream is destroyed', async () => {
    const stream = new TestStream(true);
    stream.push('a');
    const heard = heardBy(stream);
    stream.destroy();
    await microtasks();
    expect([heard, stream._readableState.ended, stream._writableState.finished]).toEqual([[], true, true]);
  });
});

describe('Duplex: what is written', () => {
  test('goes out one chunk at a time, in order', () => {
    const stream = new TestStream(false);
    for (const chunk of ['a', 'b', 'c']) stream.write(chunk, nothing);
    expect(stream.written).toEqual(['a']);
    stream.unanswered[0]?.();
    expect(stream.written).toEqual(['a', 'b']);
    stream.unanswered[1]?.();
    expect(stream.written).toEqual(['a', 'b', 'c']);
  });

  test('is answered for each chunk, in order and never before write() returned', async () => {
    const stream = new TestStream(true);
    const answers: string[] = [];
    for (const chunk of ['a', 'b', 'c']) stream.write(chunk, () => answers.push(chunk));
    expect([stream.written, answers]).toEqual([['a', 'b', 'c'], []]);
    await microtasks();
    expect(answers).toEqual(['a', 'b', 'c']);
  });

  test('may be more from an answer: it goes behind what waits already', async () => {
    const stream = new TestStream(false);
    stream.write('a', () => stream.write('late', nothing));
    stream.write('b', nothing);
    stream.unanswered[0]?.();
    await microtasks();
    stream.unanswered[1]?.();
    expect(stream.written).toEqual(['a', 'b', 'late']);
  });

  test('waits in any number without a deep stack', async () => {
    const stream = new TestStream(false);
    let answerCount = 0;
    for (let count = 0; count < 20_000; count++) stream.write(count, () => answerCount++);
    const first = stream.unanswered[0];
    stream._write = (_chunk, _encoding, onWritten) => onWritten(null);
    first?.();
    await microtasks();
    expect(answerCount).toBe(20_000);
  });

  test('hears why a chunk failed, and the next one goes out', async () => {
    const stream = new TestStream(false);
    const answers: unknown[] = [];
    stream.write('a', (error) => answers.push(error?.message));
    stream.write('b', (error) => answers.push(error));
    stream.unanswered[0]?.(new Error('gone'));
    stream.unanswered[1]?.(null);
    await microtasks();
    expect(answers).toEqual(['gone', null]);
  });

  test('is forgotten when the stream is destroyed meanwhile', async () => {
    const stream = new TestStream(false);
    const answers: string[] = [];
    for (const chunk of ['a', 'b']) stream.write(chunk, () => answers.push(chunk));
    stream.destroy();
    await microtasks();
    expect([stream.written, answers]).toEqual([['a'], []]);
    stream.unanswered[0]?.();
    expect(stream.written).toEqual(['a']);
  });

  test('is refused after the end, by the answer and not by an event', async () => {
    const stream = new TestStream(true);
    stream.destroy();
    const answers: unknown[] = [];
    stream.write('a', (error) => answers.push(error?.message));
    expect(answers).toEqual([]);
    await microtasks();
    expect([stream.written, answers]).toEqual([[], ['write after end']]);
  });
});

describe('NodeEvents', () => {
  test('calls listeners in their order, with all values, and those of other events not', () => {
    const stream = new TestStream(true);
    const heard: unknown[] = [];
    stream.on('signal', (...values) => heard.push(['first', ...values]));
    stream.on('signal', (...values) => heard.push(['second', ...values]));
    stream.on('close', () => heard.push('close'));
    stream.emit('signal', 1, 2);
    expect(heard).toEqual([
      ['first', 1, 2],
      ['second', 1, 2],
    ]);
  });

  test('once() is once, also when the listener emits the event again', () => {
    const stream = new TestStream(true);
    let count = 0;
    stream.once('connect', () => {
      count++;
      stream.emit('connect');
    });
    stream.emit('connect');
    expect(count).toBe(1);
  });

  test('removeListener() takes one away, also one of once(), and leaves an event that is under way', () => {
    const stream = new TestStream(true);
    const heard: string[] = [];
    const second = (): void => void heard.push('second');
    stream.on('negotiated', () => {
      heard.push('first');
      stream.removeListener('negotiated', second);
    });
    stream.on('negotiated', second);
    stream.emit('negotiated');
    stream.emit('negotiated');
    expect(heard).toEqual(['first', 'second', 'first']);
    stream.once('finish', second);
    stream.removeListener('finish', second);
    stream.emit('finish');
    expect(heard).toHaveLength(3);
  });

  test('throws an error that nobody listens to', () => {
    const stream = new TestStream(true);
    const error = new Error('unheard');
    expect(() => stream.emit('error', error)).toThrow(error);
    stream.on('error', nothing);
    expect(() => stream.emit('error', error)).not.toThrow();
  });
});
