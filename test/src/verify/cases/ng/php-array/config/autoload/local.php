<?php
return ['db' => ['username' => 'app', 'password' => 'A0w39PdBhpf.09']];
