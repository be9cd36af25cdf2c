-- How results are printed at the prompt, what is kept of what was typed, and what .save writes.
local t = require "harness"
local json = require "native.json"
local show = require "lofty.prompt.show"
local secrets = require "lofty.prompt.secrets"
local commands = require "lofty.prompt.commands"
local width = require "lofty.shell.width"

local function lines(value, columns) return table.concat(show.lines(value, columns or 80, false), "\n") end

t.test("scalars are written as Lua writes them", function()
  t.equal(lines(1), "1")
  t.equal(lines(651095960136641), "651095960136641")
  t.equal(lines(math.mininteger), "-9223372036854775808")
  t.equal(lines(2 ^ 53), "9007199254740992.0")
  t.equal(lines(0.1), "0.1")
  t.equal(lines(nil), "nil")
  t.equal(lines(json.null), "null")
  t.equal(lines "a", '"a"')
end)

t.test("nothing of a text acts on the terminal", function()
  t.equal(lines "a\n\27[31m\0\127", [["a\n\x1B[31m\x00\x7F"]])
  t.equal(lines "caf\xc3\xa9 \xff\xfe", [["café \xFF\xFE"]])
  t.equal(lines "\u{9b}31m\u{202e}x", [["\u{9B}31m\u{202E}x"]])
  local shown = lines { { id = 1, name = "a\27[2Jb" }, { id = 2, name = "\u{202e}c" } }
  t.equal(shown:find("\27"), nil)
  t.equal(shown:find("\u{202e}"), nil)
  t.equal(lines({ ["\27[2J"] = 1 }):find("\27"), nil)
end)

t.test("a list of records is a table that fits, ids whole, wide letters in their columns", function()
  local shown = show.lines({ { id = 9007199254740993, name = "日本語" }, { id = 1, name = "ab" } }, 40, false)
  t.equal(shown[1], "              id  name")
  t.equal(shown[2], "9007199254740993  日本語")
  t.equal(shown[3], "               1  ab")
  local wide = {}
  for i = 1, 30 do wide["field" .. i] = ("x"):rep(30) end
  wide.id = 651095960136641
  for _, line in ipairs(show.lines({ wide, wide }, 60, false)) do t.ok(width.of(line) <= 60, line) end
end)

t.test("a record has its members below each other", function()
  t.equal(lines({ id = 5, firstName = "Ada", notes = "something long enough" }, 40),
    "id         5\nfirstName  Ada\nnotes      something long enough")
end)

t.test("tables of any kind: holes, cycles, functions, failing metamethods", function()
  t.equal(lines { 1, 2, 3 }, "{ 1, 2, 3 }")
  t.equal(lines {}, "{}")
  t.equal(lines(json.array {}), "[]")
  local cycle = {}
  cycle.me = cycle
  t.equal(lines(cycle), "{ me = (itself) }")
  t.equal(lines(setmetatable({}, { __tostring = function() error "no" end })), "table whose __tostring failed")
  t.equal(lines { [1.5] = true, ["a b"] = 1, ["end"] = 2, x = { y = {} } }, '{ [1.5] = true, ["a b"] = 1, ["end"] = 2, x = { y = {} } }')
end)

t.test("what is long is cut and says so", function()
  local list, records = {}, {}
  for i = 1, 100000 do list[i], records[i] = i, { id = i } end
  local shown = show.lines(list, 80, false)
  t.ok(#shown < 300)
  t.ok(shown[#shown - 1]:find("... 99800 more", 1, true))
  shown = show.lines(records, 80, false)
  t.equal(shown[#shown], "(500 of 100000 rows)")
  t.ok(#lines(("x"):rep(1e6)) < 30000)
  local deep = {}
  for _ = 1, 10000 do deep = { deep } end
  t.ok(#lines(deep) < 5000)
  local function tree(depth) local node = {} for i = 1, depth > 0 and 30 or 0 do node[i] = tree(depth - 1) end return node end
  t.ok(#show.lines(tree(3), 80, false) < 3000)
end)

t.test("an error is shown in full", function()
  local err = require("lofty.error").new { code = "TASK_IS_SMARTPLAN", status = 400, operation = "tasks.finish" }
  local shown = lines(err)
  t.ok(shown:find("TASK_IS_SMARTPLAN", 1, true) and shown:find("category%s+conflict") and shown:find("retryable%s+false"))
  t.equal(shown:find("traceback"), nil)
end)

t.test("what may hold a secret is not kept", function()
  for _, line in ipairs { 'local api_key = "abc"', "token = 'x'", 'headers["Authorization"] = "token abc"',
    'x = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx"', 'key = "A1b2C3d4E5f6G7h8I9j0K1l2M3n4"', 'password: hunter2',
    'customer_key="9"', "https://user:pass@host/", " with a blank in front", 'f{ secret = "s" }' } do
    t.equal(secrets.may_be_kept(line), false, line)
  end
  for _, line in ipairs { "lofty.leads.get(651095960136641)", "lofty.leads.update(1, { stage = 'Hot' })", "local x = 5",
    "err:is(lofty.code.ACCESS_TOKEN_EXPIRED)", "lofty.leads.list_site_activities(5)", "?leads.update", "1 + 1",
    'lofty.leads.list { key = "Ada" }' } do
    t.equal(secrets.may_be_kept(line), true, line)
  end
end)

t.test(".save writes a script that runs", function()
  local script = commands.script {
    { text = "local n = 2", kind = "statement", results = 0 },
    { text = "n + 1", kind = "expression", results = 1 },
    { text = "_ * 2", kind = "expression", results = 1 },
    { text = "= n", kind = "expression", results = 1 },
    { text = "assert(_ == 6)", kind = "expression", results = 1 },
    { text = 'local api_key = "abc"', kind = "statement", results = 0 },
    { text = "-- a note", kind = "expression", results = 0 },
  }
  t.ok(load(script), script)
  t.equal(script:find("abc"), nil)
  t.ok(script:find("^local lofty = require \"lofty\"\nlocal _\n"))
  t.ok(script:find("_ = n + 1", 1, true))
end)
