import { Emitter } from '../../src/base/emitter';

interface Events {
  said: string;
  done: Record<string, never>;
}

describe('Emitter', () => {
  test('calls listeners in order until each is taken back', () => {
    const emitter = new Emitter<Events>(() => undefined);
    const heard: string[] = [];
    const off = emitter.on('said', (text) => heard.push(`a ${text}`));
    emitter.on('said', (text) => heard.push(`b ${text}`));
    emitter.emit('said', '1');
    off();
    off();
    emitter.emit('said', '2');
    emitter.emit('done', {});
    expect(heard).toEqual(['a 1', 'b 1', 'b 2']);
  });

  // One page's broken statistics must not keep the other listeners, or the engine, from what happened.
  test('a listener that throws is reported and harms nobody else', () => {
    const errors: unknown[] = [];
    const emitter = new Emitter<Events>((error) => errors.push(error));
    const heard: string[] = [];
    const failure = new Error('broken page');
    emitter.on('said', () => {
      throw failure;
    });
    emitter.on('said', (text) => heard.push(text));
    emitter.emit('said', 'x');
    expect([errors, heard]).toEqual([[failure], ['x']]);
  });

  test('a listener that is added meanwhile waits for the next time', () => {
    const emitter = new Emitter<Events>(() => undefined);
    const heard: string[] = [];
    emitter.on('said', (text) => {
      if (text === '1') emitter.on('said', (later) => heard.push(later));
    });
    emitter.emit('said', '1');
    emitter.emit('said', '2');
    expect(heard).toEqual(['2']);
    emitter.clear();
    emitter.emit('said', '3');
    expect(heard).toEqual(['2']);
  });
});
