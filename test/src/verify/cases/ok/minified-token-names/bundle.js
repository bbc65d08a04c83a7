!function(e){var t={apiKey:"x",token:null};e.password=t.password}();
