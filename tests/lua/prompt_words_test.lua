-- sandbox: demo
-- Completion and hints, without a terminal: where the cursor is, what a word may become, what helps.
local t = require "harness"
local lofty_module = require "lofty"
local evaluate = require "lofty.prompt.evaluate"
local place_of = require("lofty.prompt.place").of
local signature = require "lofty.prompt.signature"
local words = require "lofty.prompt.words"

lofty = lofty_module -- luacheck: ignore
lead_of_test = { firstName = "A", leadId = 1, [5] = true, ["not a name"] = 1 } -- luacheck: ignore

local scope = evaluate.scope()
evaluate.set(scope, "session_local", { leader = 1, leaves = 2, call = print })
evaluate.set(scope, "list", require("lofty").leads)

local function completed(line)
  return words.complete(scope, { ".quit", ".quota", ".time" }, line)
end

--- What the line becomes where there is one way on.
local function becomes(line)
  local list, start, closing = completed(line)
  return #list == 1 and line:sub(1, start) .. list[1] .. closing or ("%d words"):format(#list)
end

local function has(line, word)
  for _, found in ipairs((completed(line))) do
    if found == word then return true end
  end
  return false
end

t.test("resources, operations, iterators and helpers", function()
  t.equal(becomes "lofty.lead", "lofty.leads.")
  t.equal(becomes "lofty.leads.upd", "2 words")
  t.ok(has("lofty.leads.", "each") and has("lofty.leads.", "add_tags") and has("lofty.leads.", "list"))
  t.equal(becomes "lofty.v1.app", "lofty.v1.appointments.")
  t.equal(becomes "x = lofty.leads.preview", "x = lofty.leads.preview_routing")
  t.equal(becomes "list.preview", "list.preview_routing")
  t.equal(#completed "lofty.nothing.", 0)
  t.ok(has("lofty.", "spawn") and has("lofty.", "quota"))
end)

t.test("fields where a table is written, of the table that the cursor is in", function()
  t.ok(has("lofty.leads.update(1, { st", "stage"))
  t.ok(has("lofty.leads.list { st", "stage ="))
  t.ok(has("lofty.leads.update(1, { inquiry = { pri", "priceMin"))
  t.ok(has("lofty.leads.update(1, { inquiry = { priceMin = 1 }, st", "stage"))
  t.ok(not has("lofty.leads.update(1, { inquiry = { st", "stage"))
  t.equal(becomes "lofty.leads.update(1, { firstN", "lofty.leads.update(1, { firstName = ")
  t.ok(has("for l in lofty.leads.each { contac", "contacted ="))
  t.ok(has("local t = lofty.try(lofty.tasks.list({ leadI", "leadId ="))
end)

t.test("values: an enumeration, a code, a quotation that is closed", function()
  t.equal(becomes [[lofty.leads.update(1, { buyHouse = "Y]], [[lofty.leads.update(1, { buyHouse = "Yes"]])
  t.equal(becomes [[if err.code == "TASK_IS_SM]], [[if err.code == "TASK_IS_SMARTPLAN"]])
  t.equal(becomes [[err:is('TASK_IS_SM]], [[err:is('TASK_IS_SMARTPLAN']])
  t.equal(becomes "lofty.code.TASK_IS_SM", "lofty.code.TASK_IS_SMARTPLAN")
  t.equal(becomes [[print("Y]], "0 words")
end)

t.test("stages and tags come once they were asked for", function()
  local account = require "lofty.prompt.account"
  require("native.task").start(account.serve)
  lofty_module.sleep(0)
  t.equal(#completed [[lofty.leads.list { stage = "]], 0)
  for _ = 1, 2000 do
    if #account.stages() > 0 then break end
    lofty_module.sleep(0.005)
  end
  t.equal(becomes [[lofty.leads.list { stage = "Attempting C]], [[lofty.leads.list { stage = "Attempting Contact"]])
  t.ok(has([[lofty.leads.update(1, { tagsAdd = { "Bu]], "Buyer"))
  t.ok(has([[lofty.leads.add_tags(1, { "Bu]], "Buyer"))
end)

t.test("live values, with nothing called", function()
  t.equal(becomes "session_local.lead", "session_local.leader")
  t.equal(becomes "session_local:c", "session_local:call")
  t.equal(becomes "lead_of_test.first", "lead_of_test.firstName")
  t.equal(#completed "lead_of_test.not", 0)
  rawset(_G, "trap_of_test", setmetatable({}, { __index = function() error "called" end, __pairs = function() error "called" end }))
  t.equal(#completed "trap_of_test.a", 0)
  t.equal(#completed "trap_of_test.a.b.c", 0)
  t.equal(becomes "session_loc", "session_local")
  t.ok(has("whi", "while"))
  t.equal(#completed "-- lofty.lea", 0)
end)

t.test("commands and topics of help", function()
  t.equal(becomes ".ti", ".time ")
  t.equal(#completed ".qu", 2)
  t.equal(becomes "?TASK_IS_SM", "?TASK_IS_SMARTPLAN")
  t.equal(becomes "? leads.preview", "? leads.preview_routing")
end)

t.test("the place knows texts, comments and what is closed", function()
  t.equal(place_of("f(1, 'a, b', { x = 1 }, ").call.argument, 4)
  t.equal(place_of("f(g(1), ").call.callee, "f")
  t.equal(place_of("f([[ text").in_text, true)
  t.equal(place_of("f('it\\'s").word, "it\\'s")
  t.equal(place_of("x = 1 -- note"), nil)
  t.equal(place_of("a .. lofty.le").word, "lofty.le")
  t.equal(place_of(")))").call, nil)
  t.equal(place_of(("("):rep(1000)).call, nil)
end)

t.test("hints", function()
  local function hint(line) return signature.hint(scope, line) end
  t.ok(hint("lofty.leads.update"):find("^leads%.update%(leadId, { assignedUserId, "))
  t.ok(hint("lofty.leads.delete(1, { "):find("^leads%.delete%(leadId, { .*reason"))
  t.equal(hint "lofty.tasks.finish(", "tasks.finish(taskId)")
  t.ok(hint([[lofty.leads.update(1, { buyHouse = ]]):find("^buyHouse: string, one of Yes | No"))
  t.ok(hint("lofty.leads.update(1, { inquiry = { "):find("^inquiry: { .*priceMin"))
  t.ok(hint("lofty.tasks.create { "):find("leadId%*"))
  for _, line in ipairs { "", "1 + 1", "print(", ".time", "?leads", "-- x", "'", "x =" } do t.equal(hint(line), nil, line) end
end)

t.test("no line makes any of it fail", function()
  local text = [[lofty.leads.update(1, { inquiry = { priceMin = 3, locations = { { city = "x" } } }, tagsAdd = { 'a' } }) if err:is("X]]
  for length = 0, #text do
    local line = text:sub(1, length)
    words.complete(scope, {}, line)
    signature.hint(scope, line)
  end
end)
