// State machines as data: states × events on one screen, and a test that walks every cell.

/** For each state, which event leads where. What is not listed is not allowed there. */
export type TransitionTable<State extends string, Event extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Event, State>>>>
>;

/** The state after `event`, or undefined where the event has no meaning: the caller drops and counts it. */
export function nextState<State extends string, Event extends string>(
  table: TransitionTable<State, Event>,
  state: State,
  event: Event,
): State | undefined {
  return table[state][event];
}
