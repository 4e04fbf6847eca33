// What plugins share, in a page.

import { afterDestroy, headersWithoutRange, lend, MediaWatch, rangeHeaderOf } from '../../engine/src/plugin';
import type { PlaybackReport } from '../../engine/src/index';
import { FakeConnection } from './fake-connection';

describe('MediaWatch', () => {
  const mediaAt = (currentTime: number, bufferedTo: number): HTMLVideoElement => {
    const media = document.createElement('video');
    Object.defineProperties(media, {
      currentTime: { value: currentTime },
      buffered: { value: { length: 1, start: () => 0, end: () => bufferedTo } },
    });
    return media;
  };

  test('hears the element of the moment and no other', () => {
    const reports: PlaybackReport[] = [];
    const watch = new MediaWatch((report) => reports.push(report));
    watch.tell();
    expect([reports, watch.bufferAheadSeconds]).toEqual([[], 0]);
    const [first, second] = [mediaAt(2, 10), mediaAt(5, 6)];
    watch.follow(first);
    watch.follow(first);
    first.dispatchEvent(new Event('timeupdate'));
    expect(reports).toEqual([{ playheadSeconds: 2, bufferAheadSeconds: 8, rate: 1, isPaused: true }]);
    watch.follow(second);
    first.dispatchEvent(new Event('timeupdate'));
    watch.tell();
    expect(reports.slice(1)).toEqual([{ playheadSeconds: 5, bufferAheadSeconds: 1, rate: 1, isPaused: true }]);
    expect(watch.bufferAheadSeconds).toBe(1);
    watch.follow(null);
    second.dispatchEvent(new Event('timeupdate'));
    watch.tell();
    expect([reports.length, watch.bufferAheadSeconds]).toEqual([2, 0]);
  });
});

test('the Range header is told apart, and headers without value are not sent', () => {
  const headers = { 'X-Token': 'a', range: 'bytes=0-9', 'X-Empty': '', 'X-None': null };
  expect(rangeHeaderOf(headers)).toBe('bytes=0-9');
  expect(headersWithoutRange(headers)).toEqual({ 'X-Token': 'a' });
  expect([rangeHeaderOf(undefined), headersWithoutRange(null)]).toEqual([undefined, {}]);
});

describe('afterDestroy', () => {
  class Player {
    readonly calls: string[] = [];
    destroy(): string {
      this.calls.push('destroy');
      return 'done';
    }
  }

  test('calls after the player, whose answer it keeps', () => {
    const player = new Player();
    afterDestroy(player, () => player.calls.push('listener'));
    expect(player.destroy()).toBe('done');
    expect(player.calls).toEqual(['destroy', 'listener']);
  });

  test('leaves no trace when taken back, and nobody else’s', () => {
    const player = new Player();
    afterDestroy(player, () => player.calls.push('listener'))();
    expect(Object.hasOwn(player, 'destroy')).toBe(false);

    const own = (): string => 'own';
    const other: { destroy(): unknown } = { destroy: own };
    afterDestroy(other, () => undefined)();
    expect(other.destroy).toBe(own);

    const undo = afterDestroy(other, () => undefined);
    const later = (): string => 'later';
    other.destroy = later;
    undo();
    expect(other.destroy).toBe(later);
  });
});

test('a connection that is lent ends with its source, and the session stays', () => {
  const owner = new FakeConnection();
  const lent = lend(owner);
  const heard: string[] = [];
  lent.handle.on('destroyed', () => heard.push('lent'));
  lent.openSource('https://cdn.test/a.mpd');
  lent.addManifest({ url: 'https://cdn.test/a.mpd', text: '<MPD/>' });
  lent.standAside('why');
  lent.handle.setOptions({ maxPeers: 3 });
  expect(owner.calls).toEqual(['openSource https://cdn.test/a.mpd', 'addManifest https://cdn.test/a.mpd']);
  expect([owner.reasons, owner.givenOptions.at(-1)]).toEqual([['why'], { maxPeers: 3 }]);
  lent.handle.destroy();
  expect([owner.isDestroyed, owner.calls.at(-1)]).toEqual([false, 'closeSource']);
  owner.handle.destroy();
  expect(heard).toEqual([]);

  const other = new FakeConnection();
  lend(other).handle.on('destroyed', () => heard.push('owner'));
  other.handle.destroy();
  expect(heard).toEqual(['owner']);
});
