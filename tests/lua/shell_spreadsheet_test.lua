-- What spreadsheets would change in a CSV cell, and how it is written instead.
local t = require "harness"
local csv = require "lofty.shell.csv"
local spreadsheet = require "lofty.shell.spreadsheet"

t.test("texts that would become numbers, dates, formulas or truth values", function()
  for _, text in ipairs {
    "0123", "04101", "-1", "+15125550142", "(512) 555-0142", "512-555-0142", "512.555.0142", "1e5", "12E34", "1,234",
    "$5", "5%", "3-4", "1/2", "12:30", "2026-04-30", "2026-04-30 17:33:32", "2026-04-30T10:33:32-07:00", "Mar 5",
    "5 March 2026", "March 5, 2026", "5. März", "1月2日", "5 pm", "5p", "1st of May", "TRUE", "false", "Wahr",
    "=1+1", "+SUM(A1)", "-x", "@x", "\t=1", " =1", "\r=1", "＝1", "＠x", "#N/A", "１２３", "9007199254740993",
    "\194\16004101", "Monday, March 2, 2026",
  } do
    t.ok(spreadsheet.would_change(text), text)
  end
end)

t.test("texts that stay what they are", function()
  for _, text in ipairs {
    "", " ", "Ada", "Zoë", "日本", "ada-1@example.com", "1600 Main Street", "Apt 5, 12 Elm Lane", "SW1A 1AA", "N/A",
    "New Lead", "March", "2026-04-30T17:33:32GMT", "https://example.com/1", "call (5pm) her back", "a = b", "x", "yes",
  } do
    t.ok(not spreadsheet.would_change(text), text)
  end
end)

t.test("an integer stays a number as long as a spreadsheet shows all its digits", function()
  t.equal(spreadsheet.integer(0), "0")
  t.equal(spreadsheet.integer(-99999999999), "-99999999999")
  t.equal(spreadsheet.integer(100000000000), '="100000000000"')
  t.equal(spreadsheet.integer(9007199254740993), '="9007199254740993"')
  t.equal(spreadsheet.integer(math.mininteger), '="-9223372036854775808"')
end)

t.test("a formula holds quotes doubled, and long texts in pieces of 255 characters", function()
  t.equal(spreadsheet.as_text('a"b'), '="a""b"')
  local long = "=" .. ("é"):rep(300)
  t.equal(spreadsheet.as_text(long), '="=' .. ("é"):rep(254) .. '"&"' .. ("é"):rep(46) .. '"')
  local longer = "=" .. ("x"):rep(9000)
  t.equal(spreadsheet.as_text(longer), "'" .. longer)
  t.equal(spreadsheet.as_text("\r\n=1"), "'\r\n=1")
end)

t.test("a line of CSV", function()
  local json = require "native.json"
  t.equal(csv.line({ "a,b", 'c"d', "e\nf", [5] = true, [6] = 1.5 }, 6, false),
    '"a,b","c""d","e\nf",,true,1.5\r\n')
  t.equal(csv.line({ "=1", 9007199254740993 }, 2, true), "=1,9007199254740993\r\n")
  t.equal(csv.line({ json.array { "x", 5 }, json.array { "a;b" }, { x = { 1 } }, json.null }, 4, false),
    'x; 5,"[""a;b""]","{""x"":[1]}",\r\n')
  t.equal(csv.line({}, 1, false), '""\r\n')
end)

