-- sandbox: demo
-- loftyrun: allow delete_webhooks
-- lofty.webhooks.sync: which subscriptions exist afterwards, told by webhooks.list, and what it says of them.
local t = require "harness"
local lofty = require "lofty"
local code = lofty.code

local SECRET = "k3yq-the-secret-of-this-path"
local URL = "https://hooks.example.org/lofty/" .. SECRET

--- What there is, as "LIST URL", sorted.
local function present()
  local all = {}
  for index, hook in ipairs(lofty.webhooks.list()) do all[index] = hook.listId .. " " .. hook.callbackUrl end
  table.sort(all)
  return all
end

local function kinds(result)
  local words = {}
  for index, step in ipairs(result.steps) do words[index] = step.what .. " " .. step.list end
  return words
end

--- What tells of a subscription to people must not hold the secret.
local function is_secret_kept(value)
  if type(value) == "string" then return not value:find(SECRET, 1, true) end
  if type(value) ~= "table" then return true end
  for name, member in pairs(value) do
    if name ~= "callbackUrl" and not is_secret_kept(member) then return false end
  end
  return true
end

local before = present()
local lists = { lead_info = 2, note = 9, task = 10 }

t.test("check tells what is missing, twice and not wanted, and changes nothing", function()
  local result = lofty.webhooks.sync({ { list = "lead_info", url = URL } }, { check = true })
  t.equal({ result.missing, result.twice, result.kept, result.created, result.changed, result.right },
    { 1, 1, 0, 0, false, false })
  t.equal(result.other, #before - 1)
  t.equal(present(), before)
  t.ok(is_secret_kept(result))
end)

t.test("check with removals says what would go, and changes nothing", function()
  local result = lofty.webhooks.sync({ { list = "lead_info", url = URL } },
    { check = true, remove_duplicates = true, remove_others = true })
  t.equal({ result.removed, result.changed }, { #before, false })
  t.equal(present(), before)
end)

t.test("what is missing is created, and a second time nothing is", function()
  local result = lofty.webhooks.sync { { list = "lead_info", url = URL, limit = 50 } }
  t.equal({ result.created, result.changed }, { 1, true })
  t.equal(#present(), #before + 1)
  local there = present()
  -- By number, with its host in capitals and its port: the same place.
  local again = lofty.webhooks.sync { { list = 2, url = (URL:gsub("hooks%.example%.org", "HOOKS.example.ORG:443")) } }
  t.equal({ again.created, again.kept, again.changed }, { 0, 1, false })
  t.equal(present(), there)
end)

t.test("another limit is told and left", function()
  local there = present()
  local result = lofty.webhooks.sync { { list = "lead_info", url = URL, limit = 51 } }
  t.equal({ result.different, result.kept, result.created, result.right }, { 1, 1, 0, false })
  t.equal(present(), there)
end)

t.test("without room nothing is taken, the sentence names no path, and result has what was done", function()
  local there = present()
  local err = t.fails("WEBHOOK_EXCEED_LIMIT", lofty.webhooks.sync,
    { { list = "lead_info", url = URL }, { list = "task", url = URL } })
  t.equal({ err.result.kept, err.result.created, err.result.no_room, err.outcome }, { 1, 0, 1, "refused" })
  t.matches(err.message, "^task to https://hooks%.example%.org/%.%.%.: the team has all")
  t.equal(present(), there)
end)

t.test("what was there and is gone is made again, and told", function()
  for _, hook in ipairs(lofty.webhooks.list()) do
    if hook.callbackUrl == URL then lofty.webhooks.delete(hook.subscribeId) end
  end
  t.equal(lofty.webhooks.sync({ { list = "lead_info", url = URL } }, { check = true }).steps[2].vanished, true)
  local result = lofty.webhooks.sync { { list = "lead_info", url = URL } }
  local step
  for _, one in ipairs(result.steps) do step = one.what == "created" and one or step end
  t.equal({ result.created, step.vanished, step.list }, { 1, true, "lead_info" })
  t.ok(is_secret_kept(lofty.state.space("lofty.webhooks").get "seen"))
end)

t.test("make_room takes one of a named host for each that is needed", function()
  local result = lofty.webhooks.sync({ { list = "lead_info", url = URL }, { list = "task", url = URL } },
    { make_room = { "OLD-crm.example.com" } })
  t.equal({ result.created, result.removed }, { 1, 1 })
  t.equal(#present(), #before + 1)
end)

--- What was made is ten minutes old, and nothing is on its way any more to what it has replaced.
local function let_time_pass()
  local space = lofty.state.space "lofty.webhooks"
  local seen = space.get "seen"
  for key, made in pairs(seen) do seen[key] = made ~= true and made - 10 * 60 * 1000 end
  space.set("seen", seen)
end

t.test("what a new one replaces stays while something may be on its way to it", function()
  let_time_pass()
  local there = present()
  local wanted = { { list = "lead_info", url = URL }, { list = "task", url = URL .. "/new" } }
  local result = lofty.webhooks.sync(wanted, { make_room = { "calls.example.com" }, remove_at = { URL } })
  t.equal({ result.created, result.removed, result.other }, { 1, 1, #there - 3 })
  for _ = 1, 2 do
    local again = lofty.webhooks.sync(wanted, { remove_at = { URL } })
    local waiting
    for _, step in ipairs(again.steps) do waiting = step.waits and step or waiting end
    t.equal({ again.removed, waiting.what, waiting.list, waiting.callbackUrl }, { 0, "other", "task", URL })
  end
  let_time_pass()
  t.equal(lofty.webhooks.sync(wanted, { remove_at = { URL } }).removed, 1)
  t.equal(table.concat(present(), " "):find("10 " .. URL .. " ", 1, true), nil)
end)

t.test("remove_others leaves exactly what is wanted, but for what is another application's", function()
  local wanted = { { list = "lead_info", url = URL }, { list = "note", url = URL }, { list = "note", url = URL } }
  lofty.webhooks.sync(wanted, { make_room = { "tunnel-7f3a.example.net" } })
  let_time_pass()
  local result = lofty.webhooks.sync(wanted, { remove_others = true, remove_duplicates = true })
  t.equal({ result.refused, result.created, result.right }, { 1, 0, true })
  t.equal(present(), { "2 " .. URL, "2 https://partner.example.org/lofty/sync", "9 " .. URL })
  local again = lofty.webhooks.sync(wanted)
  t.equal(kinds(again), { "kept lead_info", "kept note", "other lead_info" })
  t.equal(again.right, true)
end)

t.test("twins of the same place are found, and one of them stays", function()
  lofty.webhooks.create { listId = 9, callbackUrl = URL }
  t.equal(lofty.webhooks.sync({ { list = "note", url = URL } }).twice, 1)
  local result = lofty.webhooks.sync({ { list = "note", url = URL } }, { remove_duplicates = true })
  t.equal({ result.removed, result.kept, result.created, result.right }, { 1, 1, 0, true })
end)

t.test("mistakes are found before anything is sent", function()
  t.raises('wanted%[1%]%.list is none of Lofty\'s lists: string "lead_inof"; did you mean "lead_info"', lofty.webhooks.sync,
    { { list = "lead_inof", url = URL } })
  t.raises("list is none of Lofty's lists: integer 13", lofty.webhooks.sync, { { list = 13, url = URL } })
  t.raises("must begin with https://", lofty.webhooks.sync, { { list = 2, url = "http://example.org/x" } })
  t.raises("wanted is empty", lofty.webhooks.sync, {})
  t.raises("with another limit", lofty.webhooks.sync, { { list = 2, url = URL }, { list = 2, url = URL, limit = 7 } })
  t.raises("remove_ohters", lofty.webhooks.sync, { { list = 2, url = URL } }, { remove_ohters = true })
end)

t.test("every code is a sentence of its own", function()
  t.equal(code.WEBHOOK_CALLBACK_URL_INVALID, "WEBHOOK_CALLBACK_URL_INVALID")
  local err = t.fails("WEBHOOK_CALLBACK_URL_INVALID", lofty.webhooks.sync, { { list = 2, url = "https://-:/" .. SECRET } })
  t.matches(err.message, "Lofty does not take the URL")
  t.ok(is_secret_kept(err.message))
end)

--- All but the one that is another application's.
local function remove_all()
  for _, hook in ipairs(lofty.webhooks.list()) do lofty.try(lofty.webhooks.delete, hook.subscribeId) end
end

t.test("what delivers to a URL of one's own goes once what replaces it is there, and nobody else's does", function()
  remove_all()
  local old = "https://hooks.example.org/lofty/the-secret-before"
  for _, list in ipairs { "lead_info", "task", "note" } do lofty.webhooks.create { listId = lists[list], callbackUrl = old } end
  local stranger = "https://crm.example.com/path"
  lofty.webhooks.create { listId = 2, callbackUrl = stranger }
  lofty.webhooks.create { listId = 2, callbackUrl = stranger }
  local wanted = { { list = "lead_info", url = URL }, { list = "task", url = URL } }
  local result = lofty.webhooks.sync(wanted, { remove_at = { URL, old } })
  t.equal({ result.created, result.removed, result.other }, { 2, 1, 4 }) -- at once only that of the list that nobody wants
  let_time_pass()
  result = lofty.webhooks.sync(wanted, { remove_at = { URL, old } })
  t.equal(present(), { "10 " .. URL, "2 " .. stranger, "2 " .. stranger, "2 " .. URL,
    "2 https://partner.example.org/lofty/sync" })
  t.equal({ result.kept, result.removed, result.twice }, { 2, 2, 1 })
end)

t.test("with go_on a refusal keeps the old one of its list and leaves no other out", function()
  remove_all()
  local old = "https://hooks.example.org/lofty/the-secret-before"
  lofty.webhooks.create { listId = lists.task, callbackUrl = old }
  while #present() < 11 do lofty.webhooks.create { listId = 1, callbackUrl = "https://crm.example.com/path" } end
  local wanted = { { list = "lead_info", url = URL }, { list = "task", url = URL } }
  local result = lofty.webhooks.sync(wanted, { remove_at = { URL, old }, go_on = true })
  t.equal({ result.created, result.failed, result.removed, result.right }, { 1, 1, 0, false })
  for _, step in ipairs(result.steps) do
    if step.what == "failed" then t.ok(step.list == "task" and step.error:is(code.WEBHOOK_EXCEED_LIMIT)) end
  end
  t.ok(table.concat(present(), " "):find(old, 1, true) ~= nil)
end)

t.test("where there is no room the one that goes is that whose place is taken at once, or one that nobody misses", function()
  remove_all()
  local old = "https://old.example.org/path"
  for _, list in ipairs { "task", "lead_info", "note", "task" } do
    lofty.webhooks.create { listId = lists[list], callbackUrl = old .. (list == "task" and #present() or "") }
  end
  while #present() < 12 do lofty.webhooks.create { listId = 1, callbackUrl = "https://crm.example.com/path" } end
  local result = lofty.webhooks.sync({ { list = "task", url = URL }, { list = "lead_info", url = URL } },
    { make_room = { "old.example.org" } })
  local order = {}
  for _, word in ipairs(kinds(result)) do
    if word:find "^removed" or word:find "^created" then order[#order + 1] = word end
  end
  t.equal(order, { "removed note", "created task", "removed task", "created lead_info" })
end)

t.test("with nothing else, it is the one of the same list", function()
  remove_all()
  local old = "https://old.example.org/path"
  for _, list in ipairs { "task", "lead_info" } do lofty.webhooks.create { listId = lists[list], callbackUrl = old } end
  while #present() < 12 do lofty.webhooks.create { listId = 1, callbackUrl = "https://crm.example.com/path" } end
  local result = lofty.webhooks.sync({ { list = "lead_info", url = URL }, { list = "task", url = URL } },
    { make_room = { "old.example.org" } })
  local removed = {}
  for _, step in ipairs(result.steps) do if step.what == "removed" then removed[#removed + 1] = step.list end end
  t.equal({ removed, result.created }, { { "lead_info", "task" }, 2 })
end)
