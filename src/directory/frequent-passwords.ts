// The words that guessing begins with: what people choose most, in lower case, without the digits they put around it.

/**
 * Written down by hand for this project. `password-policy.ts` looks for them with digits and signs around them, with
 * digits in place of letters, doubled and in pairs, so one word here stands for hundreds of passwords.
 */
const words = `
password passwort passw passwd passphrase pass motdepasse contrasena contrasenya senha parola haslo heslo salasana
wachtwoord losenord adgangskode kennwort lozinka jelszo sifre parol mima mimi secret topsecret geheim secreto segreto
admin administrator administrador administrateur root toor superuser sysadmin sysop master operator manager guest user
username test testing tester testtest demo example sample default changeme changeit changethis letmein letmeinnow
openup opensesame sesame login logon signin welcome welcomeback bienvenue willkommen hello hallo hola bonjour ciao
temp temporary temppass newpass newpassword mypassword mypass thepassword yourpassword nopassword passwordpassword
security secure private access account service server system computer laptop internet online website email mail gmail
hotmail yahoo google facebook twitter instagram linkedin youtube microsoft windows apple iphone android samsung nokia
oracle mysql postgres database cisco router switch network wireless wifi backup support helpdesk office company team
qwerty qwertyuiop qwertz azerty asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qazwsx qazwsxedc wsxedc qweasd qweasdzxc
qwert qwer asdfg yxcvbnm poiuytrewq lkjhgfdsa mnbvcxz ytrewq qwaszx zaqxsw abcd abcde abcdef abcdefg abcdefgh abcabc
iloveyou ilove loveyou loveme lovely lover lovers love truelove mylove myloves iloveu iloveme loveforever teamo tequiero
tiamo jetaime ichliebedich sweetheart sweetie darling honey honeybunny babygirl babyboy baby babe angel angels kisses
princess princesa prinzessin princesse prince queen king kingking superstar sexy beautiful gorgeous cutie bonita hermosa
sunshine sunflower sonnenschein moonlight starlight stars rainbow butterfly flower flowers rose roses lily daisy violet
summer winter spring autumn fall sommer monday tuesday wednesday thursday friday saturday sunday january february march
april june july august september october november december christmas newyear birthday holiday weekend
dragon monkey tiger lion eagle falcon shark dolphin wolf wolves bear panda koala horse pony kitty kitten puppy doggy
tigger bulldog mustang panther jaguar cobra viper python spider scorpion phoenix unicorn pegasus turtle penguin chicken
elephant rabbit bunny hamster fish salmon dog dogs cat cats birdie buster rocky lucky shadow smokey ginger pepper peanut
cookie cookies biscuit chocolate candy sugar cheese banana orange apple cherry strawberry blueberry peaches melon
pumpkin tomato potato butter coffee whiskey vodka tequila bacon burger pizza pancake muffin cupcake brownie popcorn
football futbol soccer baseball basketball hockey tennis golf golfer rugby cricket volleyball swimming running boxing
karate snoopy skate surfer surfing rangers yankees redsox lakers celtics bulls chicago cowboys steelers eagles packers
raiders giants dodgers patriots broncos dolphins chelsea arsenal liverpool liverpoolfc manchester manchesterunited
unitedkingdom barcelona realmadrid juventus milan inter intermilan galatasaray fenerbahce besiktas bayern borussia ajax
benfica sporting celtic everton tottenham newcastle flamengo corinthians palmeiras saopaulo bocajuniors riverplate
michael michelle jessica jennifer daniel danielle ashley amanda andrew andrea anthony robert roberto richard joshua
matthew christopher christian christina nicholas nicole justin jordan thomas william elizabeth alexander alexandra
alexis charlie charles charlotte george edward oliver olivia samantha sophie sophia victoria vanessa veronica patrick
patricia stephen stephanie steven maria marie martin margaret melissa barbara brandon brandy brittany taylor tyler
hannah heather harley hunter isabella jackson jasmine jasper joseph juliet karen katherine kimberly lauren laura linda
lisa louise lucas madison maggie marcus matrix maxwell megan miguel morgan natalie natasha nathan pamela peter philip
rachel rebecca ricardo ronaldo cristiano messi neymar samuel sandra sebastian shannon simon sydney teresa theresa
tiffany vincent virginia walter wendy yolanda zachary carlos fernando francisco alejandro antonio eduardo gabriel
gabriela guadalupe javier manuel mariana mohammed muhammad ahmed ibrahim mustafa fatima andreas stefan wolfgang
alexandre aleksandr dmitry natalia tatiana svetlana anastasia ekaterina krishna ganesh lakshmi sandeep rajesh
batman superman spiderman ironman wolverine catwoman joker avengers marvel starwars skywalker lukeskywalker darthvader
vader yoda jedi chewbacca hansolo startrek enterprise spock picard matrixmatrix trinity neo morpheus gandalf frodo
hobbit aragorn legolas sauron mordor hogwarts harrypotter potter hermione voldemort dumbledore gryffindor slytherin
pokemon pikachu charizard naruto sasuke dragonball goku vegeta onepiece luffy zelda mario luigi sonic megaman minecraft
fortnite roblox warcraft worldofwarcraft starcraft diablo overwatch counterstrike halflife leagueoflegends callofduty
assassin assassinscreed finalfantasy nintendo playstation xbox gamer gaming killer slayer hunter ninja samurai warrior
knight wizard magic merlin phantom ghost vampire zombie monster demon devil lucifer satan angelangel heaven jesus
jesuschrist christ jesusislord godisgood blessed blessing faith hope grace amen allah bismillah buddha zen karma peace
freedom liberty america american usa texas dallas houston california florida newyork boston london paris berlin munich
hamburg vienna madrid lisbon rome roma venezia moscow tokyo osaka sydney melbourne canada mexico brazil brasil argentina
colombia germany deutschland france england scotland ireland italia spain espana portugal russia china india indonesia
australia newzealand africa europe asia nigeria pakistan philippines vietnam thailand hongkong singapore
ferrari porsche mercedes bmw audi toyota honda nissan corvette camaro mustangmustang chevy chevrolet harleydavidson
yamaha suzuki kawasaki ducati jordanjordan maverick phoenixphoenix thunder thunderbird lightning storm tornado
hurricane blizzard avalanche volcano fire firefly fireman firebird ice icecream iceman snow snowman snowball snowflake
water ocean river mountain forest desert island paradise galaxy universe planet earth saturn jupiter mercury venus
pluto apollo zeus hercules achilles spartan spartacus trojan titan atlas
guitar piano drummer music musica metallica nirvana slipknot linkinpark greenday blink acdc ironmaiden megadeth pantera
beatles ledzeppelin pinkfloyd queenqueen bobmarley marley tupac eminem rihanna beyonce shakira britney madonna elvis
presley hendrix cobain onedirection justinbieber backstreet jonasbrothers bts blackpink
money dollar dollars cash million millionaire billionaire gold golden goldfish silver platinum diamond crystal emerald
ruby sapphire pearl jewel rich richrich success winner champion champions victory legend number numberone first
family mother father mommy daddy mamapapa mama papa mami papi brother sister grandma grandpa friend friends bestfriend
friendship forever together always never nothing something anything everything whatever nobody somebody someone
trustno trustnoone trust letmego idontknow dontknow dontforget forgetme forgetmenot remember rememberme
fuckyou fuckme fuckoff fucker motherfucker asshole bitch bastard shithead bullshit pussy penis sexsex sexysexy horny
blowjob hardcore playboy pornstar biteme suckme kissme hotstuff hottie stupid idiot loser dumbass fatass
blink purple yellow green blue black white redred pink orangeorange scarlet crimson indigo blackcat blackjack blackhawk
whitetiger redhot redwings redskins greenday blueberry bluebird bluesky blueeyes purplerain pinky
hello helloworld hellohello hellokitty heyhey hihihi goodbye goodluck goodmorning goodnight thankyou please sorry
cheers yesyes nonono okokok lol lolol lollol haha hahaha hahahaha wtf omg
correcthorsebatterystaple tobeornottobe ihavenoidea iamthebest iamgod imthebest thisismypassword thisisapassword
ihatepasswords ihateyou hateyou hate letmeinplease openthedoor pleaseletmein justdoit carpediem hakunamatata
supercalifragilisticexpialidocious abracadabra alohomora expelliarmus mississippi unbelievable unknown undefined null
blahblah blablabla foobar foobarbaz loremipsum asdfasdf qwerqwer zxcvzxcv dadada mamamama papapapa
student teacher school college university engineer doctor nurse pilot police soldier marine marines army navy airforce
captain general commander corporal sergeant hacker hackers cracker programmer developer webmaster
corona coronavirus covid vaccine bitcoin ethereum crypto dogecoin blockchain netflix spotify amazon tesla uber tiktok
snapchat whatsapp telegram discord reddit github gitlab docker kubernetes linux ubuntu debian redhat fedora jenkins
raspberry arduino javascript typescript nodejs express session cookie keycloak okta
`;

/** The list, as a set. */
export const frequentPasswords: ReadonlySet<string> = new Set(words.split(/\s+/).filter(Boolean));
