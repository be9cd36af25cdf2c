--- As cjson, but decode and encode return nil and a message where those of cjson raise.

return require("cjson.instance").new(true)
