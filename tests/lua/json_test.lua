-- native.json and cjson: exactness both ways, and every refusal.
local t = require "harness"
local json = require "native.json"
local cjson = require "cjson"
local safe = require "cjson.safe"

local KEEP = { keep_null = true }

local function refused(code, value, got, message)
  t.equal(value, nil)
  t.equal(got, code)
  return message
end

t.test("integers are exact, digit for digit", function()
  for _, digits in ipairs { "0", "-1", "651095960136641", "-99999999999999", "100000000000000", "9007199254740992",
    "9007199254740993", "-9007199254740993", "9223372036854775807", "-9223372036854775808" } do
    t.equal(json.decode(digits), math.tointeger(tonumber(digits)), digits)
    t.equal(json.encode(json.decode(digits)), digits)
    local text = '{"id":' .. digits .. "}"
    t.equal(json.decode(text).id, math.tointeger(tonumber(digits)), text)
    t.equal(json.encode(json.decode(text)), text)
  end
  t.equal(json.decode "-0", 0)
end)

t.test("floats stay floats and keep their bits", function()
  for _, text in ipairs { "1.0", "-0.0", "0.1", "1e3", "1E-3", "1.5", "9007199254740993.0", "5e-324", "1.7976931348623157e308",
    "2.2250738585072014e-308", "0.30000000000000004", "123456789012345680000", "34.052234123456789", "1e100" } do
    local digits = text:find "[.eE]" and text or text .. ".0"
    local value = json.decode("[" .. digits .. "]")[1]
    t.equal(math.type(value), "float", text)
    t.equal(("%a"):format(value), ("%a"):format(tonumber(digits)), text)
    local again = json.decode(json.encode(value))
    t.equal(("%s %a"):format(math.type(again), again), ("float %a"):format(value), text)
  end
end)

t.test("arrays and objects, empty ones too", function()
  local value = json.decode '{"a":[],"b":{},"c":[[],{},[1]]}'
  t.ok(json.is_array(value.a))
  t.ok(not json.is_array(value.b))
  t.ok(json.is_array(value.c) and json.is_array(value.c[1]) and json.is_array(value.c[3]))
  t.ok(not json.is_array(value.c[2]) and not json.is_array(value) and not json.is_array "x")
  t.equal(json.encode(value.c), "[[],{},[1]]")
  t.equal(json.encode(json.array()), "[]")
  t.equal(json.encode(json.array { 1, 2 }), "[1,2]")
  t.equal(json.encode {}, "{}")
  t.equal(json.encode { {}, json.array {} }, "[{},[]]")
  local list = {}
  t.ok(json.array(list) == list and getmetatable(list) == json.array_mt)
  t.raises("without a metatable", json.array, setmetatable({}, {}))
  t.raises("table expected", json.array, 1)
end)

t.test("null", function()
  local text = '{"a":null,"b":[null,1,null],"c":{"d":null}}'
  t.equal(json.decode(text), { b = { json.null, 1, json.null }, c = {} })
  local kept = json.decode(text, KEEP)
  t.equal(kept.a, json.null)
  t.equal(kept.c.d, json.null)
  t.equal(json.decode "null", json.null)
  t.equal(json.encode { a = json.null }, '{"a":null}')
  t.equal(json.decode '{"a":1,"a":null}', {})
  t.equal(json.decode '{"a":null,"a":1}', { a = 1 })
end)

t.test("strings", function()
  t.equal(json.decode [["\u0000\/\"\\\b\f\n\r\t\u00e9\ud83d\ude00"]], "\0/\"\\\b\f\n\r\té😀")
  for _, text in ipairs { "", "\0", "a/b", "https://example.com/", "é😀", "\127\1\31", "NaN", '[NaN,"1"]', "\\/" } do
    t.equal(json.decode(json.encode(text)), text)
    t.equal(json.decode(json.encode { [text] = text }), { [text] = text })
  end
  t.equal(json.encode "https://example.com/a", '"https://example.com/a"')
end)

t.test("what decode refuses", function()
  for text, code in pairs { [""] = "INVALID_JSON", ["[1,]"] = "INVALID_JSON", ["1."] = "INVALID_JSON", NaN = "INVALID_JSON",
    ["[NaN]"] = "INVALID_JSON", ["0x10"] = "INVALID_JSON", ["01"] = "INVALID_JSON", ["'a'"] = "INVALID_JSON",
    ["\xEF\xBB\xBF{}"] = "INVALID_JSON", ['"a\0"'] = "INVALID_JSON", ["{} x"] = "INVALID_JSON",
    ["9223372036854775808"] = "INTEGER_RANGE", ["-9223372036854775809"] = "INTEGER_RANGE",
    ["1e400"] = "FLOAT_RANGE", ['"\xFF"'] = "INVALID_UTF8", ['"\\ud800"'] = "INVALID_UTF8" } do
    refused(code, json.decode(text))
  end
  t.matches(refused("INVALID_JSON", json.decode '{\n"a":\n}'), "a value expected, but found '}' at line 3, column 1")
  t.raises("string expected", json.decode, 12)
end)

t.test("limits of decode", function()
  local function nested(n) return ("["):rep(n) .. ("]"):rep(n) end
  t.ok(json.decode(nested(128)))
  refused("JSON_TOO_DEEP", json.decode(nested(129)))
  refused("JSON_TOO_DEEP", json.decode(nested(3), { max_depth = 2 }))
  t.ok(json.decode(nested(1000), { max_depth = 1000 }))
  t.equal(json.encode(json.decode(nested(1000), { max_depth = 1000 }), { max_depth = 1000 }), nested(1000))
  refused("JSON_TOO_LARGE", json.decode("[1,2,3]", { max_size = 6 }))
  t.ok(json.decode("[1,2,3]", { max_size = 7 }))
  t.raises("max_depth must be an integer from 1 to 1000", json.decode, "1", { max_depth = 1001 })
  t.raises("max_size must be", json.decode, "1", { max_size = "big" })
end)

t.test("what encode refuses, and where", function()
  local loop = { tags = {} }
  loop.tags[1] = { loop }
  for _, row in ipairs {
    { 0 / 0, "the value: NaN has no JSON form" },
    { { a = { 1, { b = 1 / 0 } } }, "a%[2%]%.b: infinity" },
    { { tags = { "a", "b", print } }, "tags%[3%]: a function has no JSON form" },
    { { ["a b"] = coroutine.create(print) }, '%["a b"%]: a thread' },
    { { 1, nil, 3 }, "%[2%]: a hole" },
    { { [2] = 1 }, "%[1%]: a hole" },
    { { [651095960136641] = true }, "%[1%]: a hole" },
    { { a = { 1, x = 2 } }, "a: a table with both names and positions" },
    { { [1.5] = 1 }, "the value: a table with a float as a key" },
    { { [true] = 1 }, "the value: a table with a boolean as a key" },
    { { a = json.array { x = 1 } }, "a: an array with names" },
    { loop, "tags%[1%]%[1%]: a table that contains itself" },
    { io.stdout, "a userdata has no JSON form" },
  } do
    t.matches(refused("NOT_ENCODABLE", json.encode(row[1])), row[2])
  end
  t.matches(refused("NOT_ENCODABLE", json.encode(nil)), "nil has no JSON form")
  t.matches(refused("INVALID_UTF8", json.encode { a = { "b", "\xFF" } }), "a%[2%]: a string that is not UTF%-8")
  t.matches(refused("INVALID_UTF8", json.encode { ["\xFF\27"] = 1 }), "%[some odd name%]: a string")
end)

t.test("limits of encode", function()
  local deep = {}
  for _ = 1, 127 do deep = { deep } end
  t.ok(json.encode(deep))
  refused("JSON_TOO_DEEP", json.encode { deep })
  t.ok(json.encode({ deep }, { max_depth = 129 }))
  refused("JSON_TOO_LARGE", json.encode({ "abcdef" }, { max_size = 8 }))
  t.equal(json.encode({ "abcdef" }, { max_size = 10 }), '["abcdef"]')
  refused("JSON_TOO_LARGE", json.encode({ "\1\1" }, { max_size = 10 }))
  refused("JSON_TOO_LARGE", json.encode({ 1.0, 1.0, 1.0 }, { max_size = 9 }))
  local many = "x"
  for _ = 1, 60 do many = { many, many } end -- 2^60 leaves
  refused("JSON_TOO_LARGE", json.encode(many))
end)

t.test("arrays built in any order", function()
  local backwards = {}
  for i = 20, 1, -1 do backwards[i] = i * 10 ^ 15 // 1 | 0 end
  local list = {}
  for i = 1, 20 do list[i] = ("%d"):format(backwards[i]) end
  t.equal(json.encode(backwards), "[" .. table.concat(list, ",") .. "]")
  backwards.x = 1
  refused("NOT_ENCODABLE", json.encode(backwards))
  backwards.x, backwards[7] = nil, nil
  t.matches(refused("NOT_ENCODABLE", json.encode(backwards)), "%[7%]: a hole")
end)

t.test("a finalizer that encodes meanwhile does no harm", function()
  local ran, mode = 0, collectgarbage("incremental")
  local function litter()
    setmetatable({}, { __gc = function()
      ran = ran + 1
      json.encode { 651095960136641, 1.0, json.array() }
      json.decode "[9007199254740993,2.0,[]]"
    end })
  end
  local text = '[651095960136642,{"a":[],"b":2.5},9007199254740995]'
  for i = 1, 2000 do
    litter()
    if i % 50 == 0 then collectgarbage("step") end
    t.equal(json.encode(json.decode(text)):gsub('"b":2.5,"a":%[%]', '"a":[],"b":2.5'), text)
  end
  collectgarbage(mode)
  t.ok(ran > 0)
end)

t.test("the locale changes nothing", function()
  local before = os.setlocale()
  for _, name in ipairs { "de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "C" } do
    if os.setlocale(name) then
      t.equal(json.encode(json.decode "[1.5,0.30000000000000004,1.25e-7]"), "[1.5,0.30000000000000004,1.25e-07]")
    end
  end
  os.setlocale(before)
end)

t.test("cjson: lua-cjson's interface, exact", function()
  t.equal(cjson.decode('{"a":null}').a, cjson.null)
  t.equal(cjson.encode { 651095960136641, 1.0, cjson.decode "[]" }, "[651095960136641,1.0,[]]")
  t.equal(cjson.encode(nil), "null")
  t.equal(select("#", cjson.decode "1"), 1)
  t.raises("^[^:]*json_test.lua:%d+: a value expected", function() cjson.decode "[" end)
  t.raises("a function has no JSON form", cjson.encode, print)
  t.raises("expected 1 argument", cjson.encode)
  t.raises("string expected, got nil", cjson.decode)
  t.equal({ safe.decode "[" }, { [2] = "a value expected, but the text ends at line 1, column 2" })
  t.equal({ safe.encode { print } }, { [2] = "[1]: a function has no JSON form" })
  t.equal({ safe.new().decode "[" }, { safe.decode "[" })
end)

t.test("cjson: what lua-cjson makes of holes and of numbers among keys", function()
  t.equal(cjson.encode { 1, nil, 3 }, "[1,null,3]")
  t.equal(cjson.encode { a = { 1, x = 9007199254740993 } }:len(), #'{"a":{"1":1,"x":9007199254740993}}')
  t.equal(cjson.decode(cjson.encode { [651095960136641] = 1, x = 2, [0.5] = 3 }), { ["651095960136641"] = 1, x = 2, ["0.5"] = 3 })
  t.raises("excessively sparse", cjson.encode, { [1000] = 1 })
  t.raises("both the number and the string 1", cjson.encode, { 1, ["1"] = 2 })
  t.raises("table key must be", cjson.encode, { [true] = 1 })
  local c = cjson.new()
  t.equal({ c.encode_sparse_array(true) }, { true, 2, 10 })
  t.equal(c.encode { [1000] = 1 }, '{"1000":1}')
  t.equal({ cjson.encode_sparse_array() }, { false, 2, 10 })
  local loop = {}
  loop[1], loop[3] = loop, loop
  t.raises("itself", cjson.encode, { x = { loop } })
end)

t.test("cjson: settings", function()
  local c = cjson.new()
  t.equal(c.decode_max_depth(2), 2)
  t.raises("more than 2", c.decode, "[[[]]]")
  t.equal(c.encode_max_depth(1), 1)
  t.raises("more than 1", c.encode, { {} })
  t.equal(c.encode_number_precision(3), 3)
  t.equal(c.encode(0.123456), "0.123456")
  t.equal(c.encode_keep_buffer(false), false)
  t.equal(c.encode_invalid_numbers "null", "null")
  t.equal(c.encode { 0 / 0, 1 }, "[null,1]")
  t.equal(cjson.encode_invalid_numbers(), false)
  t.raises("no JSON form", c.decode_invalid_numbers, true)
  t.raises("expected integer between 1 and", c.encode_max_depth, 0)
end)

