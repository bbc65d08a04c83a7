["left-pad", [["npm:1.3.0", {"packageLocation": "./x/"}]]]
