import { expectTypeOf, test } from "vitest";
import type * as core from "../../../src/core/activity.js";
import type * as mirror from "./activity.js";

test("the shapes of activities are the server's", () => {
  expectTypeOf<mirror.ToolCall>().toExtend<core.ToolCall>();
  expectTypeOf<mirror.ToolResult>().toExtend<core.ToolResult>();
  expectTypeOf<mirror.UserPrompt>().toExtend<core.UserPrompt>();
  expectTypeOf<mirror.AssistantMessage>().toExtend<core.AssistantMessage>();
  expectTypeOf<mirror.Thinking>().toExtend<core.Thinking>();
  expectTypeOf<mirror.ModelCall>().toExtend<core.ModelCall>();
  expectTypeOf<mirror.Tokens>().toEqualTypeOf<core.Tokens>();
  expectTypeOf<mirror.TurnEnd>().toExtend<core.TurnEnd>();
  expectTypeOf<mirror.WaitStarted>().toExtend<core.WaitStarted>();
  expectTypeOf<mirror.WaitEnded>().toExtend<core.WaitEnded>();
  expectTypeOf<mirror.StepStarted>().toExtend<core.StepStarted>();
  expectTypeOf<mirror.StepEnded>().toExtend<core.StepEnded>();
  expectTypeOf<mirror.UnknownActivity>().toExtend<core.UnknownActivity>();
});
