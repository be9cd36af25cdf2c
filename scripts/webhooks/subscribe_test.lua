-- What can be relied on in subscribe.lua. Run it with: loftyrun test
local lofty = require "lofty"
local t = require "lofty.test"
local it, expect = t.it, t.expect

t.use { seed = "empty", clock = "2026-03-09T08:00-07:00" }

local URL = "https://hooks.example.com/lofty/k3yq"
local LEAD_INFO, TASK = 2, 10 -- lists of events

local function subscribe(...) return t.run_script("subscribe.lua", ...) end

local function there_is(list, url)
  lofty.webhooks.create { listId = list, callbackUrl = url or URL }
  t.clock.advance(1) -- what was just made cannot be read at once
  t.forget_calls()
end

it("creates what is missing, and leaves what is there", function()
  there_is(LEAD_INFO)
  local run = subscribe(URL, "lead_info", "task")
  expect(run.exit_code):equals(0)
  expect(run.output):contains "created 1, 1 there already, removed 0, 0 failed"
  local made = t.calls "webhooks.create"
  expect(made):has_length(1)
  expect(made[1].body):contains { listId = TASK, callbackUrl = URL }
  expect(t.calls "webhooks.delete"):has_length(0)
  expect(run.output .. run.errors, "no more of a URL than its host").never:contains "k3yq"
end)

it("does nothing the second time, also where events are given by number", function()
  subscribe(URL, "lead_info")
  t.clock.advance(1)
  expect(subscribe(URL, "2").output):contains "created 0, 1 there already"
  expect(t.calls "webhooks.create"):has_length(1)
end)

it("only says what it would do with --preview", function()
  expect(subscribe("--preview", URL, "task").output):contains "would create 1, 0 there already"
  expect(t.calls { method = "GET" }):has_length(#t.calls())
end)

it("takes nothing from anybody where there is no room", function()
  there_is(TASK, "https://old.example.com/in")
  t.stub("webhooks.create", t.refuse "WEBHOOK_EXCEED_LIMIT")
  local run = subscribe(URL, "task")
  expect(run.exit_code):equals(1)
  expect(run.errors):contains "old.example.com"
  expect(t.calls "webhooks.delete"):has_length(0)
end)

it("takes the room of the host that it is told, and no more than it needs", function()
  there_is(TASK, "https://old.example.com/in")
  there_is(LEAD_INFO, "https://old.example.com/in")
  repeat
    local _, full = lofty.try(lofty.webhooks.create, { listId = 1, callbackUrl = "https://other.example.com/in" })
  until full
  t.clock.advance(1)
  local run = subscribe("--replace", "old.example.com", URL, "task")
  expect(run.exit_code):equals(0)
  expect(run.output):contains "created 1, 0 there already, removed 1, 0 failed"
  t.clock.advance(1)
  local left = 0
  for _, hook in ipairs(lofty.webhooks.list()) do
    if hook.callbackUrl == "https://old.example.com/in" then left = left + 1 end
  end
  expect(left):equals(1)
  expect(t.calls "webhooks.delete"):has_length(1)
end)

it("removes what is there twice only where it is told to", function()
  there_is(TASK)
  there_is(TASK)
  expect(subscribe(URL, "task").output):contains "--dedupe removes it"
  expect(t.calls "webhooks.delete"):has_length(0)
  expect(subscribe("--dedupe", URL, "task").output):contains "created 0, 1 there already, removed 1"
  t.clock.advance(1)
  expect(lofty.webhooks.list()):has_length(1)
end)

it("says that a removal was refused", function()
  there_is(TASK)
  there_is(TASK)
  t.stub("webhooks.delete", t.refuse "WEBHOOK_DELETE_NO_AUTHORITY")
  expect(subscribe("--dedupe", URL, "task").exit_code):equals(8)
end)

it("refuses what is no event, and no https URL, before anything is asked", function()
  for _, words in ipairs { { URL }, { URL, "lead_inof" }, { "http://hooks.example.com", "task" } } do
    expect(subscribe(table.unpack(words)).exit_code):equals(2)
  end
  expect(t.calls()):has_length(0)
end)
