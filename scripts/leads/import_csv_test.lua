-- What can be relied on in import_csv.lua. Run it with: loftyrun test
local lofty = require "lofty"
local t = require "lofty.test"
local it, expect = t.it, t.expect

t.use { seed = "empty", clock = "2026-03-09T08:00-07:00" }

local file

t.before_each(function() file = os.tmpname() end)
t.after_each(function()
  os.remove(file)
  os.remove(file .. ".result.csv")
end)

local function write(text)
  local out <close> = assert(io.open(file, "wb"))
  assert(out:write(text))
end

--- What became of the rows, or nil where the file is not there.
local function result()
  local results <close> = io.open(file .. ".result.csv", "rb")
  return results and results:read "a"
end

local function import(...) return t.run_script("import_csv.lua", file, ...) end

--- A lead that is there before the import.
local function known(address)
  lofty.leads.create { firstName = "Nora", emails = { address } }
  t.clock.advance(1) -- what was just made cannot be read at once
  t.forget_calls()
end

it("writes nothing without --apply", function()
  known "nora@example.com"
  write "First Name,Email\nAda,ada@example.com\nNora,NORA@example.com\nTwin,Ada@Example.com\n"
  local run = import()
  expect(run.output):contains "would create 1 of 3 rows, 1 existing, 1 twice, 0 merged, 0 bad"
  expect(run.exit_code):equals(0)
  expect(t.calls "leads.create"):has_length(0)
  expect(result()):is_nil()
end)

it("makes the new leads, and leaves those as they are that are there", function()
  known "nora@example.com"
  write "First Name;Phone;Email;Lead Stage\nZoë;(207) 555-0199;zoe@example.com;Hot\nNora;;nora@example.com;Hot\n"
  expect(import("--apply", "--tag", "Imported").output):contains "created 1 of 2 rows, 1 existing"
  local made = t.calls "leads.create"
  expect(made):has_length(1)
  expect(made[1].body):contains { firstName = "Zoë", emails = { "zoe@example.com" }, stage = "Hot",
    tagsAdd = { "Imported" } }
  expect(t.calls "leads.update"):has_length(0)
end)

it("does nothing the second time", function()
  write "First Name,Email\nAda,ada@example.com\nBea,bea@example.com\n"
  import "--apply"
  expect(import("--apply").output):contains "created 0 of 2 rows, 0 existing"
  expect(t.calls "leads.create"):has_length(2)
end)

it("goes on where --max has stopped it", function()
  write "First Name,Email\nAda,ada@example.com\nBea,bea@example.com\n"
  expect(import("--apply", "--max", 1).output):contains "created 1 of 2 rows"
  expect(import("--apply", "--max", 1).output):matches "created 1 of 2 rows.* 1 done before"
  expect(t.calls("leads.create")[2].body):contains { firstName = "Bea" }
end)

it("leaves bad rows out and says why", function()
  write "First Name,Email,Stage\nAda,ada,\n,bea@example.com,\nCal,cal@example.com,Nowhere\nDee,dee@example.com,\n"
  local run = import "--apply"
  expect(run.exit_code):equals(8)
  expect(run.output):contains "created 1 of 4 rows, 0 existing, 0 twice, 0 merged, 3 bad"
  expect(t.calls("leads.create")[1].body):contains { firstName = "Dee" }
  expect(result()):contains "emails is not an e-mail address"
end)

it("goes on after a row that Lofty refuses", function()
  write "First Name,Email\nAda,ada@example.com\nBea,bea@example.com\n"
  t.stub("leads.create", t.refuse "PERMISSION_DENIED")
  local run = import "--apply"
  expect(run.exit_code):equals(8)
  expect(run.output):contains "2 refused"
  expect(result()):contains ",refused,,"
end)

it("refuses a file that was changed between two runs", function()
  write "First Name,Email\nAda,ada@example.com\n"
  import "--apply"
  write "First Name,Email\nAda,bea@example.com\n"
  expect(import("--apply").exit_code):equals(2)
  expect(t.calls "leads.create"):has_length(1)
end)

it("sends nothing of a file whose end is no CSV", function()
  write 'First Name,Email\nAda,ada@example.com\nBea,"bea@example.com\n'
  expect(import("--apply").exit_code):equals(2)
  expect(t.calls "leads.*"):has_length(0)
end)
