// The elements and attributes of a DASH manifest that tell of segments. mpd-parser gets only these: no keys, no
// events, and no attribute whose name means something to JavaScript.

import type { XmlVocabulary } from './xml-tree';

const SEGMENT_ATTRIBUTES = ['timescale', 'duration', 'startNumber', 'endNumber', 'presentationTimeOffset'];

export const MPD_VOCABULARY: XmlVocabulary = {
  elements: new Map([
    ['MPD', ['type', 'availabilityStartTime', 'mediaPresentationDuration', 'minimumUpdatePeriod']],
    ['Location', []],
    ['BaseURL', []],
    ['Period', ['id', 'start', 'duration']],
    ['AdaptationSet', ['contentType', 'mimeType', 'codecs', 'lang', 'width', 'height']],
    ['Role', ['value']],
    ['Representation', ['id', 'bandwidth', 'mimeType', 'codecs', 'width', 'height']],
    ['SegmentTemplate', [...SEGMENT_ATTRIBUTES, 'media', 'initialization']],
    ['SegmentList', SEGMENT_ATTRIBUTES],
    ['SegmentBase', ['timescale', 'indexRange']],
    ['SegmentTimeline', []],
    ['Initialization', ['sourceURL', 'range']],
    ['S', ['t', 'd', 'r', 'n']],
    ['SegmentURL', ['media', 'mediaRange']],
  ]),
  texts: new Set(['Location', 'BaseURL']),
  rows: new Set(['S', 'SegmentURL']),
};
