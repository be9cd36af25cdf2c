local t = require "harness"
local csv = require "lofty.csv"

--- A source that gives so many bytes at a time.
local function source(text, size)
  local place = 1
  return { read = function()
    if place > #text then return nil end
    local chunk = text:sub(place, place + size - 1)
    place = place + size
    return chunk
  end }
end

local function rows(text, size, separator)
  local found, lines = {}, {}
  for cells, line in csv.rows(source(text, size), separator) do
    found[#found + 1], lines[#lines + 1] = cells, line
  end
  return found, lines
end

--- Whatever the size of the pieces it comes in.
local function reads(text, expected, lines, separator)
  for _, size in ipairs { 65536, 1, 2, 3, 7 } do
    local found, at = rows(text, size, separator)
    t.equal(found, expected)
    if lines then t.equal(at, lines) end
  end
end

local function refuses(text, pattern, separator)
  local ok, why = pcall(rows, text, 65536, separator)
  t.equal(ok, false)
  t.matches(why, pattern)
end

t.test("separators, line ends and quotes", function()
  reads("a,b\r\n1,2\r\n", { { "a", "b" }, { "1", "2" } }, { 1, 2 })
  reads("a;b\n1,5;2", { { "a", "b" }, { "1,5", "2" } })
  reads("a\tb\r1\t\r", { { "a", "b" }, { "1", "" } }, { 1, 2 })
  reads('a,b\n"1,\r\n2","say ""no"""\nx,y', { { "a", "b" }, { "1,\r\n2", 'say "no"' }, { "x", "y" } }, { 1, 2, 4 })
  reads('"a;b,",b\n\n\n1,2', { { "a;b,", "b" }, { "1", "2" } }, { 1, 4 })
  reads("\239\187\191a,b\n", { { "a", "b" } })
  reads("a b\n1,2\n", { { "a b" }, { "1", "2" } }, nil)
  reads("a;b,c\n", { { "a;b", "c" } }, nil, ",")
  reads("", {})
  reads('a,b\n"",\n', { { "a", "b" }, { "", "" } })
end)

t.test("what could be read in two ways is refused with its line", function()
  refuses('a,b\n1,"2\n3,4\n', "^line 2: .*never closed")
  refuses('a,b\n"1"x,2\n', "^line 2: something follows")
  refuses('a,b\n1,5" pipe\n', "^line 2: a quote inside")
  refuses('a,b\n"1\n2" ,3\n', "^line 3: something follows")
  refuses("a;b,c\n", "^line 1: the separator")
  refuses("a,b\n1,J\xFCrgen\n", "^line 2: it is not UTF%-8.*WINDOWS")
  refuses("\xFF\xFEa\0,\0b\0", "^line 1: it is UTF%-16")
  refuses("\xFE\xFF\0a\0,\0b", "^line 1: it is UTF%-16")
  refuses("a\0,\0b\0", "^line 1: it is UTF%-16")
  refuses("a,b\n1,\0\n", "zero byte")
  refuses('a,b\n1,"' .. ("x"):rep(3000000), "^line 2: ")
end)

t.test("a missing quote does not take a large file into memory", function()
  local given = 0
  local endless = { read = function()
    given = given + 1
    return given == 1 and 'a,b\n1,"' or ("x\n"):rep(32768)
  end }
  local ok, why = pcall(function()
    for _ in csv.rows(endless) do given = given + 0 end
  end)
  t.equal(ok, false)
  t.matches(why, "^line 2: .*longer than 1 MiB")
end)

t.test("a file that cannot be read is no end", function()
  local reads_left = 1
  local broken = { read = function()
    reads_left = reads_left - 1
    if reads_left >= 0 then return "a,b\n1" end
    return nil, "Input/output error"
  end }
  local ok, why = pcall(function()
    for _ in csv.rows(broken) do reads_left = reads_left + 0 end
  end)
  t.equal(ok, false)
  t.matches(why, "Input/output error")
end)

t.test("a separator that is none is misuse", function()
  t.raises('must be ","', csv.reader, source("", 1), "|")
end)

t.test("a line is read back as it was written", function()
  local values = { "", " a ", 'say "x"', "two\r\nlines", "1,2", "Zoë", 651095960136641 }
  local found = rows(csv.line(values), 65536)
  t.equal(found[1], { "", " a ", 'say "x"', "two\r\nlines", "1,2", "Zoë", "651095960136641" })
end)

