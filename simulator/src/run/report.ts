// What a run showed, as numbers. All bytes here are true ones again.

import { msToSeconds, secondsToMs } from '../../../engine/src/base/units';
import type { Traffic } from '../policies/segment-source';
import type { Simulation } from './simulation';
import { gini, mean, quantile, ratio } from './statistics';
import type { Viewer } from './viewer';

/** The figures of one run. Ratios lie in [0, 1] unless said otherwise. */
export interface RunReport {
  readonly seed: number;
  /** P2P bytes ÷ all bytes that viewers received. */
  readonly offloadRatio: number;
  /** The same, after the first arrivals and a minute. */
  readonly steadyOffloadRatio: number;
  /** 1 − HTTP bytes ÷ bytes that players were given: what the CDN is spared, duplicates and all. May be below 0. */
  readonly cdnSavedRatio: number;
  /** HTTP bytes of a segment ÷ its size, mean over the segments that anybody asked for. */
  readonly copiesPerSegment: number;
  readonly steadyCopiesPerSegment: number;
  readonly wastedRatio: number;
  /** Stalled time ÷ (stalled + played time). */
  readonly stallRatio: number;
  readonly stallsPerViewerHour: number;
  readonly startupSecondsP50: number;
  readonly startupSecondsP95: number;
  /** Uploaded ÷ downloaded bytes of a viewer. */
  readonly uploadRatioP50: number;
  readonly uploadRatioP95: number;
  /** 0: all give alike; 1: one gives everything. */
  readonly uploadGini: number;
  /** Connections, mean over viewers and time, after starting up. */
  readonly peersPerViewer: number;
  /** Viewers present, mean over the same time. */
  readonly steadyViewers: number;
  /** From arriving to the first open link, of those that ever had one. */
  readonly firstPeerSecondsP50: number;
  readonly firstPeerSecondsP95: number;
  readonly trackerMessagesPerViewerHour: number;
  /** Bytes between peers that are no media ÷ bytes of media between peers. */
  readonly controlBytesRatio: number;
  readonly controlMessagesPerViewerSecond: number;
  /** Mean bitrate of what was loaded, true bits per second. */
  readonly meanBitrate: number;
  readonly switchesPerViewerHour: number;
  readonly connectSuccessRatio: number;
  readonly viewerHours: number;
  readonly httpBytes: number;
  readonly p2pBytes: number;
  readonly events: number;
}

const SECONDS_PER_HOUR = 3600;

export function reportOf(simulation: Simulation): RunReport {
  const { config, network, meter, queue, tracker } = simulation;
  const seen = simulation.viewers.filter(({ player }) => player !== undefined);
  const total = meter.total();
  const seconds = seen.reduce((sum, viewer) => sum + presentSeconds(simulation, viewer), 0);
  const hours = seconds / SECONDS_PER_HOUR;
  const players = seen.flatMap(({ player }) => player ?? []);
  const startups = players.flatMap(({ startupMs }) => (startupMs === undefined ? [] : [msToSeconds(startupMs)]));
  const stalledMs = players.reduce((sum, player) => sum + player.stalledMs, 0);
  const playedMs = players.reduce((sum, player) => sum + player.playedMs, 0);
  const stalls = players.reduce((sum, player) => sum + player.stallCount, 0);
  const loaded = players.reduce((sum, { quality }) => sum + quality.segmentCount, 0);
  const bitrateSum = players.reduce((sum, { quality }) => sum + quality.meanBitrate * quality.segmentCount, 0);
  const uploadRatios = seen.flatMap(({ source }) => (source ? [uploadRatioOf(source.traffic)] : []));
  const uploads = seen.map(({ source }) => source?.traffic.uploadedBytes ?? 0);
  const delivered = players.reduce((sum, { quality }) => sum + quality.byteCount, 0);
  const firstPeers = seen.flatMap(({ host, visit }) =>
    host?.firstConnectedAt === undefined ? [] : [msToSeconds(host.firstConnectedAt - visit.arrivesAt)],
  );
  const { connectedCount, failedCount, totals } = network;
  return {
    seed: config.seed,
    offloadRatio: offloadOf(total),
    steadyOffloadRatio: offloadOf(meter.traffic),
    cdnSavedRatio: 1 - ratio(total.httpBytes, delivered),
    ...copiesOf(simulation),
    wastedRatio: ratio(total.wastedBytes, total.httpBytes + total.p2pBytes),
    stallRatio: ratio(stalledMs, stalledMs + playedMs),
    stallsPerViewerHour: ratio(stalls, hours),
    startupSecondsP50: quantile(startups, 0.5),
    startupSecondsP95: quantile(startups, 0.95),
    uploadRatioP50: quantile(uploadRatios, 0.5),
    uploadRatioP95: quantile(uploadRatios, 0.95),
    uploadGini: gini(uploads),
    peersPerViewer: meter.meanPeerCount,
    steadyViewers: meter.meanViewerCount,
    firstPeerSecondsP50: quantile(firstPeers, 0.5),
    firstPeerSecondsP95: quantile(firstPeers, 0.95),
    trackerMessagesPerViewerHour: ratio(tracker.messageCount, hours),
    controlBytesRatio: ratio(totals.controlBytes, totals.sentPayload * config.scale),
    controlMessagesPerViewerSecond: ratio(totals.controlMessages, seconds),
    meanBitrate: ratio(bitrateSum, loaded),
    switchesPerViewerHour: ratio(
      players.reduce((sum, { quality }) => sum + quality.switchCount, 0),
      hours,
    ),
    connectSuccessRatio: ratio(connectedCount, connectedCount + failedCount),
    viewerHours: hours,
    httpBytes: total.httpBytes * config.scale,
    p2pBytes: total.p2pBytes * config.scale,
    events: queue.processedCount,
  };
}

const offloadOf = ({ p2pBytes, httpBytes }: Traffic): number => ratio(p2pBytes, p2pBytes + httpBytes);

function uploadRatioOf({ uploadedBytes, httpBytes, p2pBytes }: Readonly<Traffic>): number {
  return ratio(uploadedBytes, httpBytes + p2pBytes);
}

function presentSeconds({ queue }: Simulation, { visit, leftAt }: Viewer): number {
  return msToSeconds((leftAt ?? queue.now) - visit.arrivesAt);
}

function copiesOf({ cdn, meter, media, config }: Simulation) {
  const { isLive, segmentSeconds } = config;
  const steadyIndex = isLive ? media.endAt(meter.steadyFrom) : 0;
  const lastIndex = isLive
    ? media.endAt(secondsToMs(config.durationSeconds - segmentSeconds * config.delayCount))
    : Infinity;
  const copies = [...cdn.tallies].map(([{ index, byteCount }, { bytes }]) => ({ index, copies: bytes / byteCount }));
  const steady = copies.filter(({ index }) => index >= steadyIndex && index < lastIndex);
  return {
    copiesPerSegment: mean(copies.map((tally) => tally.copies)),
    steadyCopiesPerSegment: mean(steady.map((tally) => tally.copies)),
  };
}
