import { setStage, type Stage } from './stage';

/** The stage of a test file, or of a `describe`: there from its first test on, and set right after each. */
export function stageForTests(): Stage {
  const stage = {} as Stage;
  beforeAll(async () => void Object.assign(stage, await setStage()));
  afterEach(() => stage.reset());
  afterAll(() => stage.close());
  return stage;
}
