console.log("clean");
