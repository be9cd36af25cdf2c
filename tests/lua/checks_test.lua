--- What lofty.checks knows by itself of others is what those say.
local t = require "harness"
local checks = require "lofty.checks"
local lofty = require "lofty"
local options = require "lofty.checks.options"
local output = require "lofty.checks.output"
local wording = require "lofty.wording"

--- What stands before the table of options.
local BEFORE = { map = { {}, print }, once = { "key", print }, lock = { "name" }, progress = { {} }, sync = {} }

t.test("options are those that the helpers take", function()
  for path, known in pairs(options.of) do
    local arguments = table.move(BEFORE[path], 1, #BEFORE[path], 1, {})
    t.equal(#arguments + 1, known.place, path)
    arguments[known.place] = { zzzzzzzzzz = 1 }
    local _, message = pcall(function() return (lofty[path](table.unpack(arguments))) end)
    local said = message:match("^%S+:%d+: (.*)$")
    t.equal(said, ('lofty.%s: unknown option "zzzzzzzzzz"; it takes %s'):format(path,
      table.concat(wording.sorted_keys(known.options), ", ")))
  end
end)

local function find(text)
  return (checks.find("a.lua", text, { held = {}, wrong = {} }, function(name) return name:find("^lofty") ~= nil end))
end

t.test("a finding has its place, what it is and what was meant", function()
  local found = find('local lofty = require "lofty"\nlofty.leads.udpate(5, {})\n')
  t.equal(found, { { file = "a.lua", line = 2, column = 13, end_column = 18, level = "mistake", code = "name",
    message = 'lofty.leads has no operation "udpate"; did you mean "update"?', suggestion = "update" } })
end)

t.test("what was meant is taken from each kind of sentence", function()
  t.equal(find('local lofty = require "lofty"\nprint(lofty.code.TASK_IS_SMARTPAN)')[1].suggestion, "TASK_IS_SMARTPLAN")
  t.equal(find('local lofty = require "lofty"\nlofty.leads.list { tagIds = "x" }')[1].suggestion, "allTags")
  t.equal(find("pirnt(1)")[1].suggestion, "print")
  t.equal(find("x = zzzzzzzzz")[1].suggestion, nil)
end)

t.test("modules of others may make globals: only what is nearly another name is a mistake then", function()
  t.equal(#find('require "others"\nprint(made_by_others)'), 0)
  t.equal(#find('require "others"\npirnt(1)'), 1)
  t.equal(#find('require "lofty"\nprint(made_by_nobody)'), 1)
end)

t.test("the caret stands below its letter", function()
  local _, below = output.marked("\tab(c)", 3)
  t.equal(below, "\t ^")
  _, below = output.marked("x = \"热é\u{301}\" y", 11)
  t.equal(below, "          ^")
  local shown
  shown, below = output.marked(("a"):rep(500), 400)
  t.equal(shown:sub(#below, #below), "a")
  t.equal(shown:sub(1, 4) .. shown:sub(-4), "...aa...")
end)

t.test("a grant is needed once for all calls, with what the field says, and not for what the header allows", function()
  local text = 'local lofty = require "lofty"\nlofty.leads.create { firstName = "A", welcomeEmail = %s }\nreturn'
  t.equal(#find(text:format("false")), 0)
  t.equal(find(text:format("true"))[1].level, "note")
  local both = 'local lofty = require "lofty"\nlofty.notes.delete(1)\nlocal _ = lofty.try(lofty.notes.delete, 2)'
  t.equal(#find(both), 1)
  t.equal(checks.find("a.lua", both, { held = { delete_notes = true }, wrong = {} }, function() return true end), {})
end)
