"""Short words that stand in notebook names where initials would, in names that have none.

Measured on public repositories: without this list one numbered name in five would be taken for one with
initials.
"""

from __future__ import annotations

_TEXT = """
ai by cv db dl ds eu fe in io ml my nb nn of on or py qa tf to ts uk us vs abt act add age all and ann api
app arg art auc avg aws bad bar bay bge big bio bot bow box cal car cat cfg clf cls cnn cor cov cpu csv cut
dag day dem dev dim dna dnn doc dog dot dqn ebm eda ela emb end ent err est etl exp ext fee fft fig fin fit
fix flu fmt for fun gan gap gas gbm gcp gdp gen geo get gis glm gmm gnn gpt gpu gru hdf hmm hot how hpo hub
icu idx img inc ind int iot job kde key knn kpi lab lag lda led lgb lib lin llm log loo lot mae map max met
min mix mlp mod mri mse msg nba ner net new nfl nlp nmf now num nyc obs ocr ohe oil old ols one opt out par
pay pca pdf per pip pkg plt pop pos pre prj pro pub put rag raw rec ref reg rep req res rfe rfm rgb rna rnn
roc row run sas sec sem sep seq set sex sft sgd shp sim six sla sol sql src std stl sub sum svc svd svm svr
sys tab tag tar tax ten tgt the tif tip tmp top toy try tsp two txt url usa use vae val var vec ver vgg vif
vis viz vol web who why win wip xai xgb xml yml zip ames area auto bank base bert best beta bias bike bird
blog body book boot bulk call card care case cell chat chem city clip club code coef cold comp conf copy
core corr cost crop csvs cust dash data date days deep demo desc dict diff dist docs down draw drop drug
easy ecom edit eval exam exec expl face fact fake fast feat feed file fill film find fire flat flow food
form four free from fuel full fuzz game gene geom glob goal gold good grid hack half hand have heat help
high home host html http idea imdb info init into iris join json just keep last late lead leaf life lime
line link list live load loan logs long look loop loss lstm main make mall many maps mask math mean meta
mice mini misc mnli mode more move movi name ncaa news next node none note null nyse only open over page
pair part path perf pipe plan play plot poll pool post pred prep pres prob prod proj prot pull pure push
quiz rain rand rank rate read real redo rent repo rest risk road role roll rows rule runs sale same samp
save scan seed self sent sets shap show side site size skew skip snap soil some song sort spam spec spot
star stat stem step stop sync tags talk task team tech temp term test text tfid then this tidy time tips
todo tool toxi tree trip true tsne tune turn type umap unet unit user util vars view viol visu wave week
what when wiki wind wine with word work year yelp yolo your zero zone covid multi
"""

WORDS = frozenset(_TEXT.split())
