-- What can be relied on in pipeline_snapshot.lua. Run it with: loftyrun test
local lofty = require "lofty"
local t = require "lofty.test"
local it, expect = t.it, t.expect

t.use { seed = "empty", clock = "2026-03-09T08:00-07:00" }

local numbers, chart

t.before_each(function()
  numbers, chart = os.tmpname(), os.tmpname()
  os.remove(numbers)
end)
t.after_each(function()
  os.remove(numbers)
  os.remove(chart)
end)

local function read(path)
  local file <close> = io.open(path, "rb")
  return file and file:read "a"
end

local function snapshot(...)
  return t.run_script("pipeline_snapshot.lua", "--zone", "America/New_York", "--csv", numbers, "--svg", chart, ...)
end

--- How many lines of the file there are for a day.
local function lines_of(day) return select(2, read(numbers):gsub("\n" .. day:gsub("%-", "%%-") .. ",", "")) end

local function lead(name, stage)
  lofty.leads.create { firstName = name, stage = stage }
  t.clock.advance(1) -- what was just made cannot be read at once
end

it("keeps a number for each stage, and draws it", function()
  lead("Ada", "Hot")
  lead("Bea", "Hot")
  lead("Cal", "New Lead")
  local run = snapshot()
  expect(run.exit_code):equals(0)
  expect(run.output):contains "Leads: 3\n"
  expect(read(numbers)):contains "2026-03-09,lead,Hot,2,"
  expect(read(numbers)):contains "2026-03-09,lead,New Lead,1,"
  expect(read(numbers)):contains "2026-03-09,lead,Contacted,0,"
  expect(read(chart)):contains ">Hot</text>"
end)

it("adds up the prices of deals", function()
  local id = lofty.leads.create({ firstName = "Ada" }).leadId
  t.clock.advance(1)
  lofty.transactions.create(id, { transactionName = "Elm Street", transactionType = "Lease",
    transactionStatus = "Application", homePrice = 1250 })
  t.clock.advance(1)
  snapshot()
  expect(read(numbers)):contains "2026-03-09,Lease,Application,1,1250"
end)

it("writes nothing in Lofty", function()
  snapshot()
  expect(t.calls { method = "GET" }):has_length(#t.calls())
end)

it("has a day once, and keeps the days before", function()
  lead("Ada", "Hot")
  snapshot()
  local count = lines_of "2026-03-09"
  expect(count):is_above(0)
  lead("Bea", "Hot")
  snapshot()
  expect(lines_of "2026-03-09"):equals(count)
  expect(read(numbers)):contains "2026-03-09,lead,Hot,2,"
  t.clock.advance "1d"
  lead("Cal", "Hot")
  snapshot()
  expect(read(numbers)):contains "2026-03-09,lead,Hot,2,"
  expect(read(numbers)):contains "2026-03-10,lead,Hot,3,"
end)

it("leaves a file alone that is none of its own", function()
  local other <close> = assert(io.open(numbers, "wb"))
  other:write "name,phone\nAda,2075550171\n"
  other:close()
  expect(snapshot().exit_code):equals(2)
  expect(read(numbers)):equals "name,phone\nAda,2075550171\n"
end)

it("leaves the old files where Lofty refuses", function()
  snapshot()
  local before = read(numbers)
  t.clock.advance "1d"
  t.stub("transactions.list", t.refuse "PERMISSION_DENIED")
  expect(snapshot().exit_code):equals(4)
  expect(read(numbers)):equals(before)
end)

it("ends with exit code 5 where a file cannot be written", function()
  local run = t.run_script("pipeline_snapshot.lua", "--csv", numbers .. "/none.csv", "--svg", chart)
  expect(run.exit_code):equals(5)
  expect(run.errors):contains "none.csv cannot be written"
end)

it("refuses a time zone that there is not", function()
  local run = t.run_script("pipeline_snapshot.lua", "--zone", "America/Nowhere", "--csv", numbers, "--svg", chart)
  expect(run.exit_code):equals(2)
  expect(run.errors):contains "--zone: "
  expect(t.calls()):has_length(0)
end)
