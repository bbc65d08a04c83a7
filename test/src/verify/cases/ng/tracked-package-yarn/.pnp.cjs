const map = [
  ["lacre", [
    ["npm:0.1.0", { "packageLocation": "./.yarn/unplugged/x/" }]
  ]]
];
