// Jest reads testTimeout for a whole run only; this sets it per project.
jest.setTimeout(globalThis.TEST_TIMEOUT_MS);
