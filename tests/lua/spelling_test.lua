local t = require "harness"
local spelling = require "lofty.spelling"

t.test("capitals, blanks and punctuation do not count", function()
  for _, pair in ipairs { { "VIP", "vip" }, { "V.I.P.", "vip" }, { "Past Client", "past-client" },
    { " Past  Client ", "PastClient" }, { "Pre–Approved", "pre approved" }, { "ÄRZTE", "ärzte" }, { "ЖИЛЬЁ", "жильё" },
    { "Buyer (hot)", "buyer hot" }, { "Zoe's", "zoes" }, { "Zoe’s", "zoe's" }, { "Buyer\u{200b}", "Buyer" } } do
    t.equal(spelling.key(pair[1]), spelling.key(pair[2]), pair[1])
  end
end)

t.test("signs and digits count", function()
  for _, pair in ipairs { { "A+", "A-" }, { "A+", "A" }, { "-VIP", "VIP" }, { "1-3 months", "13 months" },
    { "3.5", "35" }, { "#1", "1" }, { "500k", "$500k" }, { "2024 10", "20241 0" }, { "C++", "C" }, { "---", "..." },
    { "é", "e" }, { "買家", "賣家" } } do
    t.ok(spelling.key(pair[1]) ~= spelling.key(pair[2]), pair[1])
  end
  t.equal(spelling.key("1 - 3 months"), spelling.key("1-3 Months"))
  t.equal(spelling.key("1-2-3"), spelling.key("1 2 3"))
  t.ok(spelling.key("1-2-3") ~= spelling.key("12-3"))
end)

t.test("one typing error is near, and no other", function()
  for _, pair in ipairs { { "Newsletter", "Newsleter" }, { "Newsletter", "Newsltter" }, { "Newsletter", "newslettre" },
    { "Newsletter", "Newsletters" }, { "Newsletter", "Mewsletter" }, { "Müller Haus", "Muller Haus" } } do
    t.equal(spelling.is_near(pair[1], pair[2]), true, pair[2])
    t.equal(spelling.is_near(pair[2], pair[1]), true, pair[2])
  end
  for _, pair in ipairs { { "Newsletter", "newsletter" }, { "Newsletter", "Newslette rxx" }, { "Hot", "Hit" },
    { "Open House 2024", "Open House 2025" }, { "Buyer", "Seller" },
    { "1-3 months", "13 months" }, { "abcdef", "badcfe" }, { "abcdef", "abdcfe" } } do
    t.equal(spelling.is_near(pair[1], pair[2]), false, pair[2])
  end
end)

